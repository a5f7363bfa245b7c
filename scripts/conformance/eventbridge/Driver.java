import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import software.amazon.event.ruler.Machine;

/**
 * Asks event-ruler about patterns and events: reads lines of {"pattern":text,"event":text}
 * and answers each with a line of two words out of "match", "miss" and "refused": what it
 * says of the pattern, and what it says of the pattern's alternatives one at a time. The
 * two differ where event-ruler contradicts itself.
 *
 * It asks a Machine, the compiled form that event-ruler is made for, and not Ruler.matchesRule, which is
 * another implementation. rulesForJSONEvent is the one of the Machine's methods that
 * keeps to the elements of an array.
 */
public class Driver {
  /** Patterns with more combinations of alternatives than this are asked as a whole only. */
  private static final int MOST_PARTS = 64;

  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode pair = JSON.readTree(line);
      String pattern = pair.get("pattern").textValue();
      String event = pair.get("event").textValue();
      String whole = answer(pattern, event);
      out.println(whole + " " + (whole.equals("refused") ? whole : answerByParts(pattern, event, whole)));
    }
    out.flush();
  }

  private static String answer(String pattern, String event) throws Exception {
    Machine machine = new Machine();
    try {
      machine.addRule("rule", pattern);
    } catch (Exception refusal) { // event-ruler refuses by JsonParseException, IllegalArgumentException and others
      return "refused";
    }
    return machine.rulesForJSONEvent(event).isEmpty() ? "miss" : "match";
  }

  private static String answerByParts(String pattern, String event, String whole) throws Exception {
    List<String> parts = new ArrayList<>();
    if (!split(pattern, parts)) {
      return whole;
    }
    for (String part : parts) {
      if (answer(part, event).equals("match")) {
        return "match";
      }
    }
    return "miss";
  }

  /** Adds the patterns that have one of the pattern's alternatives a field each; false when there are too many. */
  private static boolean split(String pattern, List<String> parts) throws Exception {
    ObjectNode root = (ObjectNode) JSON.readTree(pattern);
    ArrayNode list = severalAlternatives(root);
    if (list == null) {
      parts.add(pattern);
      return parts.size() <= MOST_PARTS;
    }
    List<JsonNode> alternatives = new ArrayList<>();
    list.forEach(alternatives::add);
    for (JsonNode alternative : alternatives) {
      list.removeAll();
      list.add(alternative);
      if (!split(JSON.writeValueAsString(root), parts)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the list of the first field that has several alternatives, or null. */
  private static ArrayNode severalAlternatives(JsonNode pattern) {
    for (Iterator<Map.Entry<String, JsonNode>> fields = pattern.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      boolean deeper = field.getValue().isObject() || field.getKey().equals("$or");
      if (!deeper && field.getValue().size() > 1) {
        return (ArrayNode) field.getValue();
      }
      Iterable<JsonNode> inner = field.getKey().equals("$or") ? field.getValue() : List.of(field.getValue());
      for (JsonNode below : inner) {
        ArrayNode found = deeper ? severalAlternatives(below) : null;
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }
}
