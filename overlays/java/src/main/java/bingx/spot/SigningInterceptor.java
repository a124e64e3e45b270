package bingx.spot;

import bingx.spot.client.ApiClient;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.Proxy;
import java.time.Duration;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;

/**
 * Signs the requests of the contract and returns only verified successes.
 *
 * <p>Each attempt is a copy with a new timestamp and signature, so put an interceptor that retries
 * before this one. If the exchange refuses the timestamp, this interceptor corrects the clock and
 * sends the call again.
 */
public final class SigningInterceptor implements Interceptor {
  private static final String ORIGINS = "must be https://HOST, or http for a loopback host";
  private static final MediaType JSON = MediaType.get("application/json");

  private final Credentials credentials;
  private final Placement placement;
  private final Clock clock = new Clock(0);

  private record Attempt(Response response, Answer answer, Clock.Trip trip, String signature) {}

  /**
   * Creates an interceptor for one API key.
   *
   * @param credentials the key and its secret
   * @param placement where the parameters of a POST go
   */
  public SigningInterceptor(Credentials credentials, Placement placement) {
    this.credentials = credentials;
    this.placement = placement;
  }

  /**
   * Returns a client whose calls are signed and validated.
   *
   * @param baseUrl the host, as {@code https://open-api.bingx.com}
   * @param timeout for a whole call
   * @param before interceptors before this one, for example one that retries
   * @return the client for the generated APIs
   * @throws IllegalArgumentException if the key would be sent in clear
   */
  public ApiClient client(String baseUrl, Duration timeout, Interceptor... before) {
    HttpUrl url = HttpUrl.parse(baseUrl);
    if (!safe(url)) {
      throw new IllegalArgumentException(ORIGINS);
    }
    // A redirect would take the API key along, and a silent repetition the old timestamp.
    OkHttpClient.Builder http =
        new OkHttpClient.Builder()
            .followRedirects(false)
            .followSslRedirects(false)
            .retryOnConnectionFailure(false)
            .callTimeout(timeout);
    if (!url.isHttps()) {
      // The proxy of the environment would read the key.
      http.proxy(Proxy.NO_PROXY);
    }
    for (Interceptor interceptor : before) {
      http.addInterceptor(interceptor);
    }
    ApiClient client =
        new ApiClient(http.addInterceptor(this).build()) {
          @Override
          public ApiClient setDebugging(boolean debugging) {
            throw new UnsupportedOperationException("it would log the API key and the signature");
          }
        };
    return client.setBasePath(baseUrl.replaceAll("/+$", ""));
  }

  /**
   * Stamps, signs and sends a request, and validates its answer.
   *
   * @throws UnsignableException if a parameter cannot be signed
   * @throws RefusedException if the answer is not a verified success
   * @throws IOException if there is no answer
   */
  @Override
  public Response intercept(Chain chain) throws IOException {
    if (!safe(chain.request().url())) {
      throw new UnsignableException("url", ORIGINS);
    }
    Call call = Call.of(chain.request());
    Repair repair = new Repair(clock, false);
    while (true) {
      Attempt attempt = attempt(chain, call);
      try {
        attempt.answer.verified(call.operation(), call.parameters());
        // Read and written again, so that no escape hides a secret.
        String body = attempt.answer.envelope().toString();
        String masked = RefusedException.masked(body, credentials.key, attempt.signature);
        return attempt.response.newBuilder().body(ResponseBody.create(masked, JSON)).build();
      } catch (RefusedException refused) {
        attempt.response.close();
        if (!again(chain, call, repair, attempt, refused)) {
          throw refused.without(credentials.key, attempt.signature);
        }
      }
    }
  }

  /**
   * Returns whether the key stays private: https or loopback, and no password that logs would show.
   */
  private static boolean safe(HttpUrl url) {
    return url != null
        && (url.isHttps() || url.host().matches("localhost|127(\\.[0-9]+){3}|::1"))
        && url.username().isEmpty()
        && url.password().isEmpty();
  }

  private Attempt attempt(Chain chain, Call call) throws IOException {
    Clock.Trip trip = clock.depart();
    Parameters stamped = call.parameters().stamped(trip.sentAt());
    String signature = credentials.sign(stamped.canonical());
    Request request = call.request();
    if (call.operation().signed()) {
      request =
          call.placed(stamped, placement, signature).header("X-BX-APIKEY", credentials.key).build();
    } else if (call.operation().injected().contains("timestamp")) {
      String time = Long.toString(trip.sentAt());
      HttpUrl url = request.url().newBuilder().setQueryParameter("timestamp", time).build();
      request = request.newBuilder().url(url).build();
    }
    try {
      Response response = chain.proceed(request);
      return new Attempt(response, Answer.of(response), clock.arrive(trip), signature);
    } catch (ProtocolException shown) {
      // It quotes what the server has sent, which may be a part of the key.
      throw new ProtocolException("the answer is not HTTP");
    }
  }

  private boolean again(
      Chain chain, Call call, Repair repair, Attempt attempt, RefusedException refused) {
    Repair.Step step = repair.refused(attempt.trip, refused, attempt.answer);
    if (step == Repair.Step.ASK) {
      try {
        Attempt time = attempt(chain, call.serverTime());
        time.response.close();
        step = repair.asked(time.trip, time.answer);
      } catch (IOException nobodyToAsk) {
        // The refusal is returned.
        return false;
      }
    }
    return step == Repair.Step.AGAIN;
  }
}
