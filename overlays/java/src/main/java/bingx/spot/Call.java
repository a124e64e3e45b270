package bingx.spot;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.Buffer;

/** A call before it is stamped and signed. */
record Call(Operation operation, Parameters parameters, Request request) {
  private static final MediaType JSON = MediaType.get("application/json");
  private static final MediaType FORM = MediaType.get("application/x-www-form-urlencoded");

  /**
   * Reads the request of a generated call.
   *
   * @throws UnsignableException if that cannot be signed
   */
  static Call of(Request request) throws IOException {
    Operation operation = Operation.of(request.method(), request.url().encodedPath());
    if (operation == null) {
      throw new UnsignableException("url", "is none of the contract's");
    }
    Parameters parameters = Parameters.of(given(request));
    List<String> names = operation.exactlyOneOf();
    if (!names.isEmpty()
        && names.stream().filter(name -> parameters.text(name) != null).count() != 1) {
      throw new UnsignableException(String.join(" or ", names), "must be given, and not both");
    }
    return new Call(operation, parameters, request);
  }

  /** Returns the request for the exchange's time, on the same host. */
  Call serverTime() {
    Operation time = Operation.named(Operation.TIME.operation());
    HttpUrl url = request.url();
    String path = url.encodedPath().replace(operation.path(), time.path());
    url = url.newBuilder().encodedPath(path).query(null).build();
    return new Call(time, Parameters.NONE, new Request.Builder().url(url).build());
  }

  /** Returns a copy of the request with signed parameters in their placement. */
  Request.Builder placed(Parameters signed, Placement placement, String signature) {
    boolean get = request.method().equals("GET");
    boolean query = get || placement == Placement.QUERY;
    String text = signed.placed(query ? Placement.QUERY : placement, signature);
    byte[] body = query ? new byte[0] : text.getBytes(UTF_8);
    MediaType type = query ? null : placement == Placement.JSON ? JSON : FORM;
    return request
        .newBuilder()
        .url(request.url().newBuilder().encodedQuery(query ? text : null).build())
        .removeHeader("Content-Type")
        .method(request.method(), get ? null : RequestBody.create(body, type));
  }

  /** Returns the parameters in the query string and the body of a generated call. */
  private static Map<String, JsonElement> given(Request request) throws IOException {
    JsonObject given = new JsonObject();
    if (request.body() != null) {
      Buffer body = new Buffer();
      request.body().writeTo(body);
      given = Json.object(body.readByteArray());
      if (given == null) {
        throw new UnsignableException("body", "is no JSON object");
      }
    }
    for (int i = 0; i < request.url().querySize(); i++) {
      String name = request.url().queryParameterName(i);
      if (given.has(name)) {
        throw new UnsignableException(name, "stands twice");
      }
      given.addProperty(name, request.url().queryParameterValue(i));
    }
    return given.asMap();
  }
}
