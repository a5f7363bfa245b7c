import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Date;
import java.util.TimeZone;
import org.quartz.CronExpression;

/**
 * Asks Quartz when cron expressions run: reads lines of seconds since 1970, a space, the
 * number of runs, a space and the seven fields of Quartz, and answers each with a line of
 * the seconds of that many runs after the given time, in UTC; fewer where there are no
 * more; or "refused"; or "broken" for an expression that it takes and can't evaluate.
 */
public class Driver {
  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] parts = line.split(" ", 3);
      out.println(answer(parts[2], Long.parseLong(parts[0]), Integer.parseInt(parts[1])));
    }
    out.flush();
  }

  private static String answer(String fields, long after, int runs) {
    CronExpression expression;
    try {
      expression = new CronExpression(fields);
    } catch (ParseException | RuntimeException refusal) { // Quartz throws both
      return "refused";
    }
    expression.setTimeZone(TimeZone.getTimeZone("UTC"));
    StringBuilder answer = new StringBuilder();
    Date last = new Date(after * 1000);
    for (int i = 0; i < runs; i++) {
      try {
        last = expression.getNextValidTimeAfter(last);
      } catch (RuntimeException bug) { // such as NoSuchElementException, when a field came out empty
        return "broken";
      }
      if (last == null) {
        break;
      }
      answer.append(i > 0 ? " " : "").append(last.getTime() / 1000);
    }
    return answer.toString();
  }
}
