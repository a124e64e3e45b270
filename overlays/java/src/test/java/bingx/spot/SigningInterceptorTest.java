package bingx.spot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bingx.spot.client.ApiException;
import bingx.spot.client.api.TradeApi;
import bingx.spot.client.model.CancelOrderRequest;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Interceptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The interceptor over a real socket: a retry before it, a clock that is off, and lies. */
final class SigningInterceptorTest {
  private static final long ORDER_ID = 1735964079647111281L;
  private static final long HOUR = 3_600_000;
  private static final String CANCELLED =
      """
      {"code":0,"data":{"symbol":"BTC-USDT","orderId":"1735964079647111281","status":"CANCELED"}}
      """;
  private static final String LONG_KEY = "a-key-that-nobody-else-may-see";
  private static final Credentials CREDENTIALS = new Credentials(LONG_KEY, "my-secret");

  /** A request, with the body as JSON where there is one. */
  private record Received(String head, JsonObject body) {}

  private final List<Received> received = new CopyOnWriteArrayList<>();
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void retryBeforeItHasEachAttemptStampedAndSignedAnew() throws Exception {
    answer("200 OK", "{\"code\":100500,\"msg\":\"The current system is busy\"}", CANCELLED);

    assertEquals(
        ORDER_ID,
        cancel(
            chain -> {
              try {
                return chain.proceed(chain.request());
              } catch (RefusedException refused) {
                return chain.proceed(chain.request());
              }
            }));

    assertTrue(timestamp(0) < timestamp(1));
  }

  @Test
  void clockThatIsOffIsSetRightWithTheTimeThatWasAskedFor() throws Exception {
    long time = System.currentTimeMillis() + HOUR;
    answer(
        "200 OK",
        "{\"code\":100421,\"msg\":\"Null timestamp or timestamp mismatch\"}",
        "{\"code\":0,\"data\":{\"serverTime\":" + time + "}}",
        CANCELLED);

    assertEquals(ORDER_ID, cancel());

    String asked = received.get(1).head;
    assertTrue(asked.startsWith("GET /openApi/swap/v2/server/time HTTP/1.1"), asked);
    assertFalse(asked.toLowerCase(Locale.ROOT).contains("x-bx-apikey"), asked);
    assertEquals(HOUR, timestamp(2) - timestamp(0), HOUR / 2.0);
  }

  @Test
  void successThatNamesAnotherOrderIsNotBelieved() {
    answer("200 OK", CANCELLED.replace("281", "280"));

    ErrorRow row = ((RefusedException) cause()).row;

    assertEquals("success-without-order", row.id());
    assertEquals(ErrorRow.OrderState.UNKNOWN, row.order());
  }

  @Test
  void redirectIsNotFollowed() {
    answer("302 Found\r\nLocation: /", "", CANCELLED);

    assertEquals("http-redirect", ((RefusedException) cause()).row.id());
    assertEquals(1, received.size());
  }

  @Test
  void whatCannotBeSignedIsNamedAndNotSent() {
    var request = new CancelOrderRequest().symbol("BTC-USDT&orderId=1").orderId(ORDER_ID);

    var thrown =
        assertThrows(ApiException.class, () -> client(Placement.JSON).cancelOrder(request));

    assertEquals("symbol", ((UnsignableException) thrown.getCause()).parameter);
    assertTrue(received.isEmpty());
  }

  @Test
  void queryStringCanCarryTheParameters() throws Exception {
    answer("200 OK", CANCELLED);
    var request = new CancelOrderRequest().symbol("BTC-USDT").orderId(ORDER_ID);

    client(Placement.QUERY).cancelOrder(request);

    String head = received.get(0).head;
    String start = "POST /openApi/spot/v1/trade/cancel?orderId=%d&symbol=BTC-USDT&timestamp=";
    assertTrue(head.startsWith(start.formatted(ORDER_ID)), head);
    assertTrue(head.contains("&signature="), head);
    assertEquals(null, received.get(0).body);
  }

  @Test
  void nothingShowsSecret() {
    assertEquals("Credentials[***]", CREDENTIALS.toString());
    assertThrows(
        UnsupportedOperationException.class,
        () -> client(Placement.JSON).getApiClient().setDebugging(true));
  }

  @Test
  void errorOfWhatIsNotHttpShowsNoPartOfTheKey() {
    String chunked = "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (String status : List.of("no-status " + LONG_KEY, chunked + LONG_KEY)) {
      answer(status, "");

      assertEquals("java.net.ProtocolException: the answer is not HTTP", cause().toString());
    }
  }

  private TradeApi client(Placement placement, Interceptor... before) {
    var signing = new SigningInterceptor(CREDENTIALS, placement);
    String url = "http://127.0.0.1:" + server.getLocalPort();
    return new TradeApi(signing.client(url, Duration.ofSeconds(5), before));
  }

  private long cancel(Interceptor... before) throws ApiException {
    var request = new CancelOrderRequest().symbol("BTC-USDT").orderId(ORDER_ID);
    return client(Placement.JSON, before).cancelOrder(request).getData().getOrderId();
  }

  private Throwable cause() {
    return assertThrows(ApiException.class, this::cancel).getCause();
  }

  /** Returns the timestamp in the body of a request whose signature is right. */
  private long timestamp(int index) throws UnsignableException {
    JsonObject sent = received.get(index).body;
    String signature = CREDENTIALS.sign(Parameters.of(sent.asMap()).canonical());
    assertEquals(signature, sent.get("signature").getAsString());
    return sent.get("timestamp").getAsLong();
  }

  /** Answers one request after the other, each on a connection of its own. */
  private void answer(String status, String... bodies) {
    Thread answering =
        new Thread(
            () -> {
              for (String body : bodies) {
                try (Socket socket = server.accept()) {
                  received.add(request(socket.getInputStream()));
                  // So that no two timestamps are alike.
                  Thread.sleep(2);
                  String head = "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n";
                  String answer = head.formatted(status, body.length()) + body;
                  socket.getOutputStream().write(answer.getBytes(UTF_8));
                } catch (IOException | InterruptedException closed) {
                  return;
                }
              }
            });
    answering.setDaemon(true);
    answering.start();
  }

  private static Received request(InputStream stream) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) stream.read());
    }
    Matcher length = Pattern.compile("(?i)content-length: ([0-9]+)").matcher(head);
    byte[] body = stream.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
    return new Received(head.toString(), Json.object(body));
  }
}
