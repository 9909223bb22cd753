"""Functions of other engines that Flink does not have, or not for streams, and what to write in Flink.

Every entry is planned by a test, over columns ``k`` (text, the key), ``x``, ``y`` (text), ``n``, ``m`` (numbers),
``b`` (boolean), ``a`` (array of text), ``t``, ``u`` (times) and ``event_time``.
"""

from __future__ import annotations

from collections.abc import Mapping

_LIST, _SET = "ARRAY_AGG(x)", "ARRAY_AGG(DISTINCT x)"
_DISTINCT = "COUNT(DISTINCT x)"
_PERCENTILE = "PERCENTILE(n, 0.5)"
_FIRST, _LAST = "FIRST_VALUE(x)", "LAST_VALUE(x)"
_TRUNC = "FLOOR(t TO HOUR)"
_DIFFERENCE, _LATER = "TIMESTAMPDIFF(DAY, t, u)", "TIMESTAMPADD(DAY, 1, t)"
_FORMAT = "DATE_FORMAT(t, 'yyyy-MM-dd')"
_OR, _IF = "COALESCE(x, '')", "CASE WHEN n > 0 THEN x ELSE y END"
_LENGTH, _SIZE = "CHAR_LENGTH(x)", "CARDINALITY(a)"
_MATCHES, _PLACE = "REGEXP(x, 'a.*b')", "POSITION('a' IN x)"
_JSON = "JSON_VALUE(x, '$.name')"
_FROM_MS = "TO_TIMESTAMP_LTZ(CAST(n AS BIGINT), 3)"
_TOP = (
    "SELECT k, place, n FROM (SELECT k, n, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC) AS place FROM events) "
    "WHERE place <= 3, with PRIMARY KEY (k, place)"
)
_AT_MOST = (
    "SELECT k, x FROM (SELECT k, x, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n {}) AS place FROM events) "
    "WHERE place = 1"
)
_MODE = (
    "SELECT k, x FROM (SELECT k, x, ROW_NUMBER() OVER (PARTITION BY k ORDER BY times DESC) AS place FROM "
    "(SELECT k, x, COUNT(*) AS times FROM events GROUP BY k, x)) WHERE place = 1"
)
_HISTOGRAM = "SELECT k, COALESCE(x, '') AS x, COUNT(*) AS times FROM events GROUP BY k, COALESCE(x, '')"
_UNNEST = "SELECT k, COUNT(e) AS n FROM events CROSS JOIN UNNEST(a) AS of_a (e) GROUP BY k"

AGGREGATES: Mapping[str, str] = {
    **dict.fromkeys(
        ("COLLECT_LIST", "GROUP_ARRAY", "GROUPARRAY", "LIST", "TO_LIST", "ARRAY_CONCAT_AGG"), _LIST
    ),
    **dict.fromkeys(("COLLECT_SET", "GROUPUNIQARRAY", "ARRAY_UNIQUE_AGG"), _SET),
    **dict.fromkeys(("LATEST_BY_OFFSET", "LAST", "ANYLAST", "LATEST"), _LAST),
    **dict.fromkeys(("EARLIEST_BY_OFFSET", "FIRST", "ANY_VALUE", "ANY", "ARBITRARY", "EARLIEST"), _FIRST),
    **dict.fromkeys(
        ("APPROX_COUNT_DISTINCT", "APPROX_DISTINCT", "COUNT_DISTINCT", "UNIQ", "UNIQEXACT"),
        _DISTINCT,
    ),
    **dict.fromkeys(
        (
            "PERCENTILE_CONT",
            "PERCENTILE_DISC",
            "APPROX_PERCENTILE",
            "PERCENTILE_APPROX",
            "MEDIAN",
            "QUANTILE",
        ),
        _PERCENTILE,
    ),
    **dict.fromkeys(("APPROX_QUANTILES", "APPROX_QUANTILE", "QUANTILE_CONT", "PERCENTILES"), _PERCENTILE),
    **dict.fromkeys(("STRING_AGG", "GROUP_CONCAT", "WM_CONCAT"), "LISTAGG(x, ', ')"),
    **dict.fromkeys(("COUNT_IF", "COUNTIF"), "COUNT(*) FILTER (WHERE n > 0)"),
    **dict.fromkeys(("SUM_IF", "SUMIF"), "SUM(n) FILTER (WHERE b)"),
    **dict.fromkeys(("AVG_IF", "AVGIF"), "AVG(n) FILTER (WHERE b)"),
    "MEAN": "AVG(n)",
    **dict.fromkeys(("BOOL_AND", "EVERY", "LOGICAL_AND"), "COUNT(*) FILTER (WHERE NOT b) = 0"),
    **dict.fromkeys(("BOOL_OR", "SOME", "LOGICAL_OR"), "COUNT(*) FILTER (WHERE b) > 0"),
    "PRODUCT": "EXP(SUM(LN(n)))",
    "COVAR_POP": "AVG(n * m) - AVG(n) * AVG(m)",
    "CORR": "(AVG(n * m) - AVG(n) * AVG(m)) / (STDDEV_POP(n) * STDDEV_POP(m))",
}
"""What to write for an aggregate function of elsewhere, in a query by ``k``."""

SCALARS: Mapping[str, str] = {
    **dict.fromkeys(("DATE_TRUNC", "TIMESTAMP_TRUNC", "TIME_BUCKET", "TOSTARTOFHOUR"), _TRUNC),
    **dict.fromkeys(("DATEDIFF", "DATE_DIFF", "TIMEDIFF", "TIMESTAMP_DIFF"), _DIFFERENCE),
    **dict.fromkeys(("DATEADD", "DATE_ADD", "ADD_MONTHS", "ADDDATE", "TIMESTAMP_ADD"), _LATER),
    **dict.fromkeys(("DATE_SUB", "SUBDATE", "TIMESTAMP_SUB"), "TIMESTAMPADD(DAY, -1, t)"),
    **dict.fromkeys(("TO_CHAR", "STRFTIME", "FORMAT_TIMESTAMP", "FORMAT_DATE", "FORMATDATETIME"), _FORMAT),
    **dict.fromkeys(("TIMESTAMPTOSTRING", "FORMAT_DATETIME"), _FORMAT),
    **dict.fromkeys(("GETDATE", "SYSDATE", "SYSTIMESTAMP"), "CURRENT_TIMESTAMP"),
    **dict.fromkeys(("CURDATE", "TODAY"), "CURRENT_DATE"),
    **dict.fromkeys(("DATE_PART", "DATEPART", "WEEKDAY", "DOW"), "EXTRACT(DOW FROM t)"),
    **dict.fromkeys(("NVL", "ISNULL"), _OR),
    "ZEROIFNULL": "COALESCE(n, 0)",
    **dict.fromkeys(("IIF", "NVL2", "IFF", "MULTIIF"), _IF),
    **dict.fromkeys(("LEN", "LENGTH", "STRLEN"), _LENGTH),
    **dict.fromkeys(("ARRAY_LENGTH", "ARRAY_SIZE", "SIZE"), _SIZE),
    **dict.fromkeys(("CHARINDEX", "STRPOS"), _PLACE),
    "CONTAINS": "POSITION('a' IN x) > 0",
    "STARTS_WITH": "STARTSWITH(x, 'a')",
    "ENDS_WITH": "ENDSWITH(x, 'a')",
    **dict.fromkeys(("REGEXP_LIKE", "REGEXP_MATCHES", "RLIKE", "REGEXP_CONTAINS"), _MATCHES),
    **dict.fromkeys(("SPLIT_PART", "SUBSTRING_INDEX"), "SPLIT_INDEX(x, ',', 0)"),
    **dict.fromkeys(("STRING_SPLIT", "STR_SPLIT", "STRING_TO_ARRAY"), "SPLIT(x, ',')"),
    **dict.fromkeys(("JSON_EXTRACT", "GET_JSON_OBJECT", "JSON_EXTRACT_SCALAR", "EXTRACTJSONFIELD"), _JSON),
    **dict.fromkeys(("JSON_EXTRACT_STRING", "JSON_EXTRACT_PATH_TEXT"), _JSON),
    **dict.fromkeys(("EPOCH_MS", "TIMESTAMP_MILLIS", "STRINGTOTIMESTAMP", "MAKE_TIMESTAMP"), _FROM_MS),
    **dict.fromkeys(
        ("TO_UNIXTIME", "EPOCH", "TOUNIXTIMESTAMP"),
        "TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', t)",
    ),
    **dict.fromkeys(("SAFE_CAST", "TO_NUMBER", "TOFLOAT64"), "TRY_CAST(x AS DOUBLE)"),
    "TRUNC": "TRUNCATE(n, 2)",
    "SAFE_DIVIDE": "n / NULLIF(m, 0)",
    "POW": "POWER(n, 2)",
    "CBRT": "POWER(n, 1.0 / 3)",
    "UCASE": "UPPER(x)",
    "LCASE": "LOWER(x)",
    "ELEMENT_AT": "a[1]",
    "STRING_CONCAT": "x || y",
    "FORMAT": "PRINTF('%s', x)",
}
"""What to write for another function of elsewhere."""

QUERIES: Mapping[str, str] = {
    **dict.fromkeys(("TOPK", "TOPKDISTINCT", "TOP_K", "TOP", "APPROX_TOP_K"), _TOP),
    **dict.fromkeys(("ARG_MAX", "ARGMAX", "MAX_BY", "MAXBY"), _AT_MOST.format("DESC")),
    **dict.fromkeys(("ARG_MIN", "ARGMIN", "MIN_BY", "MINBY"), _AT_MOST.format("ASC")),
    "MODE": _MODE,
    "HISTOGRAM": _HISTOGRAM,
    "EXPLODE": _UNNEST,
}
"""What query to write for a function of elsewhere that no function of Flink's takes the place of."""


def in_flink(function: str) -> str | None:
    """Return what to write in Flink for a function of elsewhere, as a hint; None where it is not known."""
    name = function.upper()
    found = next((known[name] for known in (AGGREGATES, SCALARS, QUERIES) if name in known), None)
    return f"in Flink write {found}" if found else None
