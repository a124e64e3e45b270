package bingx.spot;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.util.Date;
import java.util.Locale;
import okhttp3.Headers;
import okhttp3.Response;

/** An HTTP answer; its envelope is null if the body is no JSON object. */
record Answer(int status, Headers headers, JsonObject envelope) {
  private static final long LARGEST = 1 << 20;

  /** Reads an answer and leaves it readable. One that is too large is cut off and is not JSON. */
  static Answer of(Response response) throws IOException {
    try {
      JsonObject envelope = Json.object(response.peekBody(LARGEST).bytes());
      return new Answer(response.code(), response.headers(), envelope);
    } catch (IOException error) {
      response.close();
      throw error;
    }
  }

  /**
   * Returns the data of a verified success.
   *
   * @throws RefusedException if it is not one
   */
  JsonObject verified(Operation operation, Parameters parameters) throws RefusedException {
    Long code = envelope == null ? null : Json.integer(envelope.get("code"));
    if (code == null) {
      throw RefusedException.of(operation.id(), null, "", status);
    }
    boolean success =
        status == 200 && code == 0 && !new JsonPrimitive(false).equals(envelope.get("success"));
    if (success && believed(operation, parameters)) {
      return envelope.get("data") instanceof JsonObject data ? data : new JsonObject();
    }
    throw RefusedException.of(operation.id(), code, said(), status);
  }

  private String said() {
    boolean text = envelope.get("msg") instanceof JsonPrimitive message && message.isString();
    return text ? Json.text(envelope.get("msg")) : "";
  }

  private boolean believed(Operation operation, Parameters parameters) {
    JsonElement data = envelope.get("data");
    if (operation.data() != null
        && (data == null || data.isJsonNull() || !operation.data().fits(data))) {
      return false;
    }
    return operation.answer().repeats().stream()
            .filter(name -> parameters.text(name) != null)
            .allMatch(name -> parameters.text(name).equals(Json.text(member(data, name))))
        && operation.answer().requires().stream()
            .filter(rule -> rule.applies(parameters))
            .allMatch(rule -> rule.holds(data))
        && (operation.answer().items() == null
            || operation.answer().items().fit(parameters, data)
                // An exchange that is busy lists nothing either.
                && !(operation.answer().items().isEmpty(data)
                    && ErrorRow.saysFailure(operation.id(), RefusedException.normalised(said())))
                // One that is too busy to cancel an order may do so yet.
                && operation.answer().items().failureTexts(data).stream()
                    .map(RefusedException::normalised)
                    .noneMatch(text -> ErrorRow.leavesDoubt(operation.id(), text)));
  }

  private static JsonElement member(JsonElement data, String name) {
    return data instanceof JsonObject object ? object.get(name) : null;
  }

  /** Returns a word as words are compared: trimmed, in capitals. */
  static String word(JsonElement value) {
    String text = Json.text(value);
    return text == null ? "" : text.strip().toUpperCase(Locale.ROOT);
  }

  /**
   * Returns the exchange's time, in Unix milliseconds, or null: the envelope's own, or the middle
   * of the header's second.
   */
  Long time() {
    Long exact = envelope == null ? null : Json.integer(envelope.get("timestamp"));
    Date date = headers.getDate("Date");
    return exact != null || date == null ? exact : Long.valueOf(date.getTime() + 500);
  }
}
