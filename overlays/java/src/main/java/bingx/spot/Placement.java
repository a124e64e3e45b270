package bingx.spot;

/** Where the parameters of a POST stand; those of a GET stand in the query string. */
public enum Placement {
  /** One JSON object in the body, as the contract says. */
  JSON,
  /** The query string, with an empty body, as most public clients send them. */
  QUERY,
  /** A form in the body. */
  FORM
}
