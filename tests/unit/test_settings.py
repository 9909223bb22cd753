import traceback
from pathlib import Path

import pytest

from tally.settings import (
    NotToml,
    Settings,
    UnknownEnvironment,
    UnknownSetting,
    WrongSetting,
    load_settings,
    process_environment,
    project_name,
    setting_paths,
    variable_of,
)
from tally.settings_page import settings_page

FILE = """
[project]
name = "shop"

[tool.tally.kafka]
partitions = 8
replication_factor = 2

[tool.tally.environments.production]
kafka.partitions = 16
kafka.bootstrap_servers = "kafka-1:9092, kafka-2:9092"

[tool.tally.environments.production.cassandra]
password = "in-the-file"

[tool.tally.environments.staging.kafka]
partitions = 2
"""


@pytest.fixture
def write(tmp_path):
    def write_pyproject(text):
        (tmp_path / "pyproject.toml").write_text(text, "utf-8")
        return tmp_path

    return write_pyproject


def test_without_a_file_all_is_default(tmp_path):
    settings = load_settings(tmp_path, {})
    assert settings == Settings()
    assert (settings.environment, settings.kafka.partitions, settings.kafka.bootstrap_servers) == (
        "local",
        4,
        None,
    )
    assert {settings.origin(path) for path in setting_paths()} == {"default"}


def test_the_environment_overrides_the_file_and_variables_override_both(write):
    variables = {
        "TALLY_ENVIRONMENT": "production",
        "TALLY_KAFKA_PARTITIONS": "32",
        "PATH": "/bin",
    }
    settings = load_settings(write(FILE), variables)
    known = {path: settings.origin(path) for path in setting_paths() if settings.origin(path) != "default"}

    assert settings.environment == "production"
    assert settings.kafka.partitions == 32
    assert settings.kafka.replication_factor == 2
    assert settings.kafka.bootstrap_servers == "kafka-1:9092, kafka-2:9092"
    assert known == {
        "environment": "TALLY_ENVIRONMENT",
        "kafka.partitions": "TALLY_KAFKA_PARTITIONS",
        "kafka.replication_factor": "pyproject.toml [tool.tally]",
        "kafka.bootstrap_servers": "pyproject.toml [tool.tally.environments.production]",
        "cassandra.password": "pyproject.toml [tool.tally.environments.production]",
    }


def test_other_environments_do_not_hold(write):
    assert load_settings(write(FILE), {}).kafka.partitions == 8
    assert load_settings(write(FILE), {"TALLY_ENVIRONMENT": "staging"}).kafka.partitions == 2


def test_the_file_may_choose_the_environment(write):
    folder = write('[tool.tally]\nenvironment = "b"\n[tool.tally.environments.b.kafka]\npartitions = 5\n')
    assert load_settings(folder, {}).kafka.partitions == 5
    assert load_settings(folder, {"TALLY_ENVIRONMENT": "local"}).kafka.partitions == 4


def test_local_may_be_declared_too(write):
    assert (
        load_settings(write("[tool.tally.environments.local.flink]\nparallelism = 3\n"), {}).flink.parallelism
        == 3
    )


def test_a_section_may_be_empty(write):
    assert load_settings(write("[tool.tally.kafka]\n[tool.tally.environments.a]\n"), {}) == Settings()


def test_every_setting_has_a_variable(tmp_path):
    values = {"str": "LOCAL_QUORUM", "int": "1"}
    special = {
        "TALLY_ENVIRONMENT": "local",
        "TALLY_KAFKA_BOOTSTRAP_SERVERS": "a:1",
        "TALLY_CASSANDRA_CONTACT_POINTS": "[::1]:9042",
        "TALLY_FLINK_REST_ADDRESS": "a:1",
        "TALLY_FLINK_CHECKPOINT_INTERVAL": "1 min",
        "TALLY_FLINK_MEMORY": "2g",
        "TALLY_STACK_KAFKA_MEMORY": "1g",
        "TALLY_STACK_CASSANDRA_MEMORY": "700m",
        "TALLY_STACK_CASSANDRA_COMMIT_LOG": "batch",
        "TALLY_CASSANDRA_CONSISTENCY_LEVEL": values["str"],
    }
    variables = {variable_of(path): values["int"] for path in setting_paths()} | special
    settings = load_settings(tmp_path, variables)
    assert {path: settings.origin(path) for path in setting_paths()} == {
        path: variable_of(path) for path in setting_paths()
    }
    assert settings.cassandra.contact_points == "[::1]:9042"


TOO_LONG = (
    "write less than 15 min: Kafka ends a transaction that is open for longer, "
    "and dead letters and accounts are written in one from checkpoint to checkpoint"
)
SECTIONS = "kafka, cassandra, flink, account, registry, stack"
WITHOUT_ENVIRONMENT = ", ".join(path for path in setting_paths() if path != "environment")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[tool.tally.kafka]\npartition = 1",
            "pyproject.toml [tool.tally]: unknown setting 'kafka.partition'\nhint: did you mean 'kafka.partitions'?",
        ),
        (
            "[tool.tally]\nenviroment = 'local'",
            "pyproject.toml [tool.tally]: unknown setting 'enviroment'\nhint: did you mean 'environment'?",
        ),
        (
            "[tool.tally.kafak]",
            "pyproject.toml [tool.tally]: unknown setting 'kafak'\nhint: did you mean 'kafka'?",
        ),
        (
            "[tool.tally.stack.kafka_port]\nnumber = 1",
            "pyproject.toml [tool.tally]: unknown setting 'stack.kafka_port.number'\n"
            "hint: did you mean 'stack.kafka_port'?",
        ),
        (
            "[tool.tally.environments.unused.flink]\nparalelism = 1",
            "pyproject.toml [tool.tally.environments.unused]: unknown setting 'flink.paralelism'\n"
            "hint: did you mean 'flink.parallelism'?",
        ),
        (
            "[tool.tally.environments.a]\nxyz = 'b'",
            "pyproject.toml [tool.tally.environments.a]: unknown setting 'xyz'\n"
            f"hint: use one of: {WITHOUT_ENVIRONMENT}, {SECTIONS}",
        ),
        (
            "[tool.tally.environments.a]\nenvironment = 'b'",
            "pyproject.toml [tool.tally.environments.a]: unknown setting 'environment'\n"
            f"hint: use one of: {WITHOUT_ENVIRONMENT}, {SECTIONS}",
        ),
    ],
)
def test_an_unknown_setting_is_refused_with_the_nearest(write, text, said):
    with pytest.raises(UnknownSetting) as refused:
        load_settings(write(text), {})
    assert str(refused.value) == said
    assert refused.value.exit_code == 2


def test_an_unknown_variable_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(UnknownSetting) as refused:
        load_settings(tmp_path, {"TALLY_KAFKA_BOOTSTRAP_SERVER": "a:1", "TALLYHO": "x"})
    assert str(refused.value) == (
        "environment variable: unknown setting 'TALLY_KAFKA_BOOTSTRAP_SERVER'\n"
        "hint: did you mean 'TALLY_KAFKA_BOOTSTRAP_SERVERS'?"
    )


@pytest.mark.parametrize(
    ("text", "variables", "said"),
    [
        (
            FILE,
            {"TALLY_ENVIRONMENT": "prodution"},
            "TALLY_ENVIRONMENT: unknown environment 'prodution'\nhint: did you mean 'production'?",
        ),
        (
            "",
            {"TALLY_ENVIRONMENT": "production"},
            "TALLY_ENVIRONMENT: unknown environment 'production'\nhint: use one of: local",
        ),
        ("", {"TALLY_ENVIRONMENT": ""}, "TALLY_ENVIRONMENT: unknown environment ''\nhint: use one of: local"),
        (
            "[tool.tally]\nenvironment = 'x'\n[tool.tally.environments.production]",
            {},
            "pyproject.toml [tool.tally]: unknown environment 'x'\nhint: use one of: local, production",
        ),
    ],
)
def test_an_environment_that_does_not_exist_is_refused(write, text, variables, said):
    with pytest.raises(UnknownEnvironment) as refused:
        load_settings(write(text), variables)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("TALLY_KAFKA_PARTITIONS", "0", "input should be greater than or equal to 1"),
        (
            "TALLY_KAFKA_PARTITIONS",
            "many",
            "input should be a valid integer, unable to parse string as an integer",
        ),
        ("TALLY_STACK_KAFKA_PORT", "65536", "input should be less than or equal to 65535"),
        ("TALLY_KAFKA_BOOTSTRAP_SERVERS", "", "write host:port, several by comma"),
        ("TALLY_KAFKA_BOOTSTRAP_SERVERS", "kafka-1", "write host:port, several by comma"),
        ("TALLY_KAFKA_BOOTSTRAP_SERVERS", "a:1;b:2", "write host:port, several by comma"),
        ("TALLY_CASSANDRA_CONTACT_POINTS", "a:1,", "write host:port, several by comma"),
        ("TALLY_FLINK_REST_ADDRESS", "http://a:1", "write host:port"),
        ("TALLY_ACCOUNT_TOPIC", "", "write 1 to 249 letters, digits, dots, underscores and hyphens"),
        ("TALLY_ACCOUNT_TOPIC", "a b", "write 1 to 249 letters, digits, dots, underscores and hyphens"),
        ("TALLY_ACCOUNT_TOPIC", "a/b", "write 1 to 249 letters, digits, dots, underscores and hyphens"),
        ("TALLY_ACCOUNT_TOPIC", "..", "write 1 to 249 letters, digits, dots, underscores and hyphens"),
        ("TALLY_ACCOUNT_TOPIC", "a" * 250, "write 1 to 249 letters, digits, dots, underscores and hyphens"),
        ("TALLY_STACK_KAFKA_MEMORY", "512", "write a number and m or g: 512m, 2g"),
        ("TALLY_FLINK_CHECKPOINT_INTERVAL", "10", "write a number and a unit: 500 ms, 10 s, 1 min"),
        *(
            ("TALLY_FLINK_CHECKPOINT_INTERVAL", long, TOO_LONG)
            for long in ("15 min", "900 s", "900000ms", "1h", "1 day")
        ),
        (
            "TALLY_CASSANDRA_CONSISTENCY_LEVEL",
            "QUOROM",
            "input should be 'ONE', 'TWO', 'THREE', 'QUORUM', 'ALL', 'LOCAL_QUORUM', 'EACH_QUORUM' or 'LOCAL_ONE'",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_its_origin_and_its_meaning(tmp_path, variable, value, reason):
    path = next(path for path in setting_paths() if variable_of(path) == variable)
    with pytest.raises(WrongSetting) as refused:
        load_settings(tmp_path, {variable: value})
    assert (
        str(refused.value) == f"{variable}: setting '{path}': {reason}\nhint: {path}: {setting_paths()[path]}"
    )


@pytest.mark.parametrize("interval", ["500 ms", "899999ms", "899 s", "14 minutes"])
def test_checkpoints_as_far_apart_as_a_transaction_lasts(tmp_path, interval):
    settings = load_settings(tmp_path, {"TALLY_FLINK_CHECKPOINT_INTERVAL": interval})
    assert settings.flink.checkpoint_interval == interval


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.tally]\nkafka = 3", "pyproject.toml [tool.tally]: setting 'kafka': input should be a table"),
        ("[tool]\ntally = 3", "pyproject.toml: setting 'tally': input should be a table"),
        ("[tool.tally]\nenvironments = 3", "pyproject.toml: setting 'environments': input should be a table"),
        ("[tool.tally.environments]\na = 3", "pyproject.toml: setting 'a': input should be a table"),
        (
            "[tool.tally.environments.local.kafka]\npartitions = true",
            "pyproject.toml [tool.tally.environments.local]: setting 'kafka.partitions': "
            "input should be a valid integer\n"
            "hint: kafka.partitions: partitions of the topics that tally creates",
        ),
    ],
)
def test_a_value_of_another_type_is_refused(write, text, said):
    with pytest.raises(WrongSetting) as refused:
        load_settings(write(text), {})
    assert str(refused.value) == said


def test_a_file_that_is_not_toml_is_refused_with_the_place(write):
    with pytest.raises(NotToml) as refused:
        load_settings(write("[tool.tally]\nkafka = = 3\n"), {})
    assert str(refused.value) == "pyproject.toml:2:9: not valid TOML: invalid value"


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "pyproject.toml").write_bytes(b"# Gr\xf6\xdfe\n")
    with pytest.raises(NotToml) as refused:
        load_settings(tmp_path, {})
    assert str(refused.value) == "pyproject.toml:1:1: not valid TOML: not UTF-8 text"


def test_a_password_is_never_printed(write):
    settings = load_settings(write(FILE), {"TALLY_ENVIRONMENT": "production"})
    assert settings.cassandra.password.get_secret_value() == "in-the-file"
    for text in (str(settings), repr(settings), settings.model_dump_json(), str(settings.cassandra.password)):
        assert "in-the-file" not in text
    assert "password=SecretStr('**********')" in repr(settings)


def test_a_wrong_password_is_not_printed_even_with_its_traceback(write):
    # Computed, since a traceback shows this line as well.
    secret = 4_000 + 711
    with pytest.raises(WrongSetting) as refused:
        load_settings(write(f"[tool.tally.cassandra]\npassword = {secret}\n"), {})
    assert "4711" not in "".join(traceback.format_exception(refused.value))
    assert str(refused.value) == (
        "pyproject.toml [tool.tally]: setting 'cassandra.password': input should be a valid string\n"
        "hint: cassandra.password: password, where the server asks for one"
    )


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Settings().kafka.partitions = 3


def test_the_variables_of_this_process_hold_where_none_are_given(tmp_path):
    assert "PATH" in process_environment()
    assert load_settings(tmp_path) == load_settings(tmp_path, process_environment())


def test_the_project_has_the_name_of_the_file_or_of_its_folder(write, tmp_path):
    assert project_name(tmp_path) == tmp_path.name
    assert project_name(write(FILE)) == "shop"


def test_the_page_of_the_settings_is_the_generated_one():
    assert Path("docs/settings.md").read_text("utf-8") == settings_page(), (
        "run: python -m tally.settings_page docs/settings.md"
    )


def test_the_page_names_every_setting_with_its_variable_and_meaning():
    page = settings_page()
    for path, meaning in setting_paths().items():
        assert f"`{variable_of(path)}` | {meaning} |" in page
        assert meaning
