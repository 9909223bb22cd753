/**
 * Python functions in thread mode, as {@link io.tally.connectors.python.PythonCall} runs them in
 * place of Flink's own operators: those take no NULL of TINYINT, SMALLINT, INT, FLOAT and TIME,
 * shorten what does not fit, and put dates and times through the machine's time zone.
 */
package io.tally.connectors.python;
