package bingx.spot;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads JSON exactly: numbers keep their digits, and JSON that readers understand differently is
 * refused.
 */
final class Json {
  private static final Gson STRICT = new GsonBuilder().setStrictness(Strictness.STRICT).create();

  private Json() {}

  /** Returns a file beside the classes. */
  static <T> T resource(String name, Class<T> type) {
    return STRICT.fromJson(
        new InputStreamReader(Json.class.getResourceAsStream("/" + name), UTF_8), type);
  }

  /** Returns the object that the bytes are, or null. */
  static JsonObject object(byte[] bytes) {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      refuseDuplicates(new JsonReader(new StringReader(text)));
      JsonObject object = STRICT.fromJson(text, JsonObject.class);
      // An escape can spell half of a surrogate pair.
      return UTF_8.newEncoder().canEncode(object.toString()) ? object : null;
    } catch (IOException | JsonParseException notJson) {
      return null;
    }
  }

  private static void refuseDuplicates(JsonReader reader) throws IOException {
    switch (reader.peek()) {
      case BEGIN_OBJECT -> {
        Set<String> names = new HashSet<>();
        for (reader.beginObject(); reader.hasNext(); refuseDuplicates(reader)) {
          if (!names.add(reader.nextName())) {
            throw new MalformedJsonException("two members of one name");
          }
        }
        reader.endObject();
      }
      case BEGIN_ARRAY -> {
        for (reader.beginArray(); reader.hasNext(); refuseDuplicates(reader)) {}
        reader.endArray();
      }
      default -> reader.skipValue();
    }
  }

  /** Returns the text of a text, a number or a boolean, and null of anything else. */
  static String text(JsonElement value) {
    return value instanceof JsonPrimitive primitive ? primitive.getAsString() : null;
  }

  /** Returns an integer, which may be a text, or null. */
  static Long integer(JsonElement value) {
    String text = text(value);
    boolean number = value instanceof JsonPrimitive primitive && primitive.isNumber();
    if (text == null || !text.matches(number ? "-?[0-9]+" : "[0-9]{1,19}")) {
      return null;
    }
    BigInteger integer = new BigInteger(text);
    return integer.bitLength() < Long.SIZE ? integer.longValue() : null;
  }
}
