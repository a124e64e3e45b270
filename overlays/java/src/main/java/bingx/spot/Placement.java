package bingx.spot;

/** The part of the request with the parameters of a POST; a GET has them in its query string. */
public enum Placement {
  /** One JSON object in the body, as the contract says. */
  JSON,
  /** The query string, with an empty body, as most public clients send them. */
  QUERY,
  /** A form in the body. */
  FORM
}
