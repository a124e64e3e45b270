//! Parameters, their canonical string, its signature, and what is sent: the rules of `spec/signing.md`.

use std::{collections::BTreeMap, env, fmt};

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Number, Value};
use sha2::Sha256;

use crate::Error;

/// A value that held one of these could forge a second parameter in the canonical string.
const FORBIDDEN: [char; 5] = ['&', '=', '?', '\r', '\n'];
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// An API key with its secret. Neither is ever shown.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) key: HeaderValue,
    secret: Hmac<Sha256>,
}

/// The part of the request with the parameters of a POST; a GET has them in its query string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// One JSON object in the body, as the contract says.
    #[default]
    Json,
    /// The query string, with an empty body, as most public clients send them.
    Query,
    /// A form in the body.
    Form,
}

/// Parameters that can be signed: sorted by name, with numbers in the one text that they have.
#[derive(Clone, Debug, Default)]
pub struct Parameters(BTreeMap<String, Value>);

/// Says which parameter cannot be signed, and why. Nothing was sent.
#[derive(Clone, Debug, thiserror::Error)]
#[error("nothing was sent: {parameter:?} {problem}")]
pub struct Unsignable {
    /// The parameter's name.
    pub parameter: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl Credentials {
    /// Takes a key and its secret.
    ///
    /// # Errors
    /// One of them is empty, or the key cannot be sent in a header.
    pub fn new(key: &str, secret: &str) -> Result<Self, Error> {
        let invalid = || Error::Invalid("the API key or its secret is empty, or is no key".to_owned());
        let mut header = HeaderValue::from_str(key).map_err(|_| invalid())?;
        header.set_sensitive(true);
        let mac = Hmac::new_from_slice(secret.as_bytes()).map_err(|_| invalid())?;
        if key.is_empty() || secret.is_empty() {
            Err(invalid())
        } else {
            Ok(Self { key: header, secret: mac })
        }
    }

    /// Takes them from `BINGX_API_KEY` and `BINGX_API_SECRET`.
    ///
    /// # Errors
    /// One of them is not set.
    pub fn from_env() -> Result<Self, Error> {
        let variable = |name| env::var(name).map_err(|_| Error::Invalid(format!("{name} is not set")));
        Self::new(&variable("BINGX_API_KEY")?, &variable("BINGX_API_SECRET")?)
    }

    /// Returns the lower-case hex HMAC-SHA256 of the canonical string.
    pub fn sign(&self, canonical: &str) -> String {
        let digest = self.secret.clone().chain_update(canonical).finalize().into_bytes();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credentials(***)")
    }
}

impl Parameters {
    /// Takes parameters in any order; a signature that is left from an earlier attempt takes no part.
    ///
    /// # Errors
    /// A name or a value cannot be signed, or a name is given twice.
    pub fn new(values: impl IntoIterator<Item = (String, Value)>) -> Result<Self, Unsignable> {
        let mut parameters = BTreeMap::new();
        for (name, value) in values.into_iter().filter(|(name, _)| name != "signature") {
            let refused = |problem| Unsignable { parameter: name.clone(), problem };
            let value = signable(&name, value).map_err(refused)?;
            if parameters.insert(name.clone(), value).is_some() {
                return Err(refused("stands twice"));
            }
        }
        Ok(Self(parameters))
    }

    /// Returns a copy with the timestamp of an attempt.
    pub(crate) fn stamped(&self, timestamp: i64) -> Self {
        let mut stamped = self.clone();
        stamped.0.insert("timestamp".to_owned(), timestamp.into());
        stamped
    }

    /// Returns the value of a parameter, if it is there.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Returns the text that is signed: values are raw.
    pub fn canonical(&self) -> String {
        self.joined(|text| text)
    }

    /// Returns the body or the query string as sent, the signature last.
    pub fn placed(&self, placement: Placement, signature: &str) -> String {
        if placement == Placement::Json {
            let members =
                self.0.iter().map(|(name, value)| format!("{}:{value},", Value::from(name.as_str())));
            return format!("{{{}\"signature\":\"{signature}\"}}", members.collect::<String>());
        }
        let pairs = self.joined(|text| utf8_percent_encode(&text, ENCODED).to_string());
        format!("{pairs}&signature={signature}")
    }

    fn joined(&self, encode: impl Fn(String) -> String) -> String {
        let pairs = self.0.iter().map(|(name, value)| format!("{name}={}", encode(text(value))));
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// Returns a value as it is signed and sent, or why that cannot be.
fn signable(name: &str, value: Value) -> Result<Value, &'static str> {
    let value = match value {
        Value::Number(number) => {
            Value::Number(plain(number.as_str()).ok_or("is beyond what a double can hold")?)
        }
        Value::String(_) | Value::Bool(_) => value,
        // serde_json turns NaN and the infinities into null.
        Value::Null => return Err("is null, or no finite number"),
        Value::Array(_) | Value::Object(_) => return Err("is an array or an object"),
    };
    // A name is not URL-encoded, so `#` in it would cut off a query string.
    let forbidden = name.contains(FORBIDDEN) || name.contains('#') || text(&value).contains(FORBIDDEN);
    if forbidden { Err("holds & = ? or a line break, or # in its name") } else { Ok(value) }
}

/// Writes a number without an exponent: an integer with all of its digits, a double with the fewest.
fn plain(token: &str) -> Option<Number> {
    if !token.contains(['.', 'e', 'E']) && token != "-0" {
        return token.parse().ok();
    }
    let double: f64 = token.parse().ok()?;
    // Adding nothing takes the sign from a negative zero.
    (double + 0.0).to_string().parse().ok()
}

/// Returns the text of a value: that of a text without its quotes.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
