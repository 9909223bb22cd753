import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import org.apache.flink.sql.parser.impl.FlinkSqlParserImplConstants;
import org.apache.flink.sql.parser.impl.FlinkSqlParserImplTokenManager;
import org.apache.flink.sql.parser.impl.SimpleCharStream;
import org.apache.flink.sql.parser.impl.Token;

/**
 * Prints the tokens that Flink's parser sees, one text a line: the tokens behind each other, U+0002 after each. U+0001
 * stands for a line feed; a text that no token fits ends in {@code !} and what the token manager says.
 */
public class FlinkTokens {
  public static void main(String[] args) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(tokens(line.replace('\u0001', '\n')).replace('\n', '\u0001'));
    }
    out.flush();
  }

  private static String tokens(String text) {
    var manager = new FlinkSqlParserImplTokenManager(new SimpleCharStream(new StringReader(text), 1, 1));
    manager.SwitchTo(FlinkSqlParserImplConstants.BTID);
    var result = new StringBuilder();
    try {
      for (Token token = manager.getNextToken(); token.kind != 0; token = manager.getNextToken()) {
        result.append(token.image).append('\u0002');
      }
    } catch (Error e) {
      result.append('!').append(e.getMessage());
    }
    return result.toString();
  }
}
