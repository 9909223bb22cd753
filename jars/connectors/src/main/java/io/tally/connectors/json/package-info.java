/**
 * The format {@code 'format' = 'tally-json'}: JSON objects, each decoded into exactly one row or
 * refused with what is wrong and where.
 *
 * <p>Nothing is rounded, cut or guessed. {@link io.tally.connectors.json.JsonDecoder} is for those
 * who want the error in hand; {@link io.tally.connectors.json.JsonFormatSchema} throws it.
 */
package io.tally.connectors.json;
