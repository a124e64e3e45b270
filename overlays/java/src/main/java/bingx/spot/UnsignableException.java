package bingx.spot;

import java.io.IOException;

/** A parameter cannot be signed. Nothing was sent. */
public final class UnsignableException extends IOException {
  private static final long serialVersionUID = 1;

  /** The parameter's name. */
  public final String parameter;

  UnsignableException(String parameter, String problem) {
    super("nothing was sent: " + parameter + " " + problem);
    this.parameter = parameter;
  }
}
