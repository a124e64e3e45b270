//! Validation of answers. A success is believed only if it names the order of the request; the error
//! table has the meaning of every other answer, by the rules at the head of `spec/errors.yaml`.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use http::Response;
use regress::Regex;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::signing::text;
use crate::{Operation, Parameters};

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let table = include_str!(concat!(env!("OUT_DIR"), "/errors.json"));
    serde_json::from_str(table).expect("the table obeys spec/schemas/errors.schema.json")
});

/// A verified success or a refusal.
pub type Judged = Result<Envelope, Refusal>;

/// The members of an answer.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Envelope {
    /// 0 for a success.
    pub code: Value,
    /// The exchange's text.
    pub msg: Value,
    /// `false` on some errors.
    pub success: Value,
    /// The exchange's time, on some errors.
    pub timestamp: Value,
    /// The order or other data.
    pub data: Value,
    /// Whether it was of other types than the generated ones read.
    #[serde(skip)]
    pub(crate) rewritten: bool,
}

/// An answer that is not a verified success.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message} (HTTP {status}, {}). {}", row.id, row.advice)]
pub struct Refusal {
    /// Its row of the error table.
    pub row: &'static Row,
    /// The HTTP status.
    pub status: u16,
    /// The exchange's own text, or the table's if there is none.
    pub message: String,
    /// When the exchange accepts requests again, in Unix milliseconds, if the text says so.
    pub retry_at: Option<i64>,
}

/// A row of the error table.
#[derive(Debug, Deserialize)]
pub struct Row {
    /// Its name in the table.
    pub id: String,
    /// The kind of refusal.
    pub category: Category,
    /// The state of the order.
    pub order: OrderState,
    /// Its meaning.
    pub meaning: String,
    /// What a person can do.
    pub advice: String,
    #[serde(default)]
    operations: Vec<String>,
    #[serde(default)]
    codes: Vec<i64>,
    message: Option<Expression>,
    statuses: Option<Statuses>,
    waiting: Waiting,
}

/// The kind of a refusal, in the words of the error table.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the table explains them")]
pub enum Category {
    Authentication,
    Permission,
    Clock,
    RateLimited,
    NotOpen,
    NotFound,
    Refused,
    Unavailable,
}

/// The state of the order after a refusal.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum OrderState {
    /// It is as it was before the request.
    Untouched,
    /// It is filled, was cancelled earlier or never existed; only a query shows which.
    NotOpen,
    /// It may have been cancelled.
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    rows: Vec<Row>,
    http_statuses: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Statuses {
    from: u16,
    to: u16,
}

#[derive(Debug, Deserialize)]
struct Waiting {
    until: Option<Expression>,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Expression(Regex);

impl TryFrom<String> for Expression {
    type Error = regress::Error;

    fn try_from(expression: String) -> Result<Self, Self::Error> {
        Regex::with_flags(&expression, "s").map(Self)
    }
}

/// Validates an answer. A code or an id that is a text is a number afterwards.
///
/// # Errors
/// It is not a verified success.
pub fn judge(operation: &Operation, parameters: &Parameters, answer: &Response<Vec<u8>>) -> Judged {
    let status = answer.status().as_u16();
    let envelope = Envelope::of(answer);
    let code = envelope.as_ref().and_then(|envelope| integer(&envelope.code));
    let (Some(mut envelope), Some(code)) = (envelope, code) else {
        return Err(Refusal::of(operation, &TABLE.http_statuses, None, "", status));
    };
    let success = status == 200 && code == 0 && envelope.success != false;
    if success && believed(operation, parameters, &mut envelope) {
        envelope.rewritten |= envelope.code.is_string();
        envelope.code = code.into();
        return Ok(envelope);
    }
    Err(Refusal::of(operation, &TABLE.rows, Some(code), envelope.msg.as_str().unwrap_or_default(), status))
}

fn believed(operation: &Operation, parameters: &Parameters, envelope: &mut Envelope) -> bool {
    let Envelope { data, rewritten, msg, .. } = envelope;
    if operation.data.as_ref().is_some_and(|field| data.is_null() || !field.fits(Some(data), rewritten)) {
        return false;
    }
    let answered = |name: &String| data.get(name).map(text);
    let repeated = |name: &String| {
        parameters.get(name).is_none_or(|parameters| answered(name) == Some(text(parameters)))
    };
    let requires = &mut operation.answer.requires.iter();
    operation.answer.repeats.iter().all(repeated)
        && requires.all(|rule| !rule.applies(parameters) || rule.holds(data))
        && operation.answer.items.as_ref().is_none_or(|items| {
            // An exchange that is busy lists nothing either.
            let doubtful = items.is_empty(data) && says_failure(operation, msg.as_str().unwrap_or_default());
            // One that is too busy to cancel an order may do so yet.
            let mut failures = items.failure_texts(data);
            !doubtful
                && items.fit(parameters, data)
                && !failures.any(|said| {
                    rows_of(operation, said).next().is_some_and(|row| row.order == OrderState::Unknown)
                })
        })
}

/// Returns whether a text beside an empty list leaves doubt: only none and known good ones do not.
fn says_failure(operation: &Operation, said: &str) -> bool {
    let good = |row: &Row| row.category == Category::NotOpen || row.id == "success-text";
    let mut rows = rows_of(operation, said).peekable();
    !normalised(said).is_empty() && (rows.peek().is_none() || !rows.all(good))
}

/// Returns the rows that a text matches, whatever the code.
fn rows_of(operation: &Operation, said: &str) -> impl Iterator<Item = &'static Row> {
    let message = normalised(said);
    let rows = TABLE.rows.iter().filter(|row| row.message.is_some() && row.codes.is_empty());
    rows.filter(move |row| row.matches(operation, Some(0), &message, 200))
}

/// Returns a text as the table's expressions want it.
fn normalised(said: &str) -> String {
    let words = said.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").to_ascii_lowercase()
}

impl Envelope {
    /// Returns the envelope of an answer, if it is a JSON object that has no name twice.
    pub(crate) fn of(answer: &Response<Vec<u8>>) -> Option<Self> {
        // serde would accept an array of the members in their order.
        let object = answer.body().trim_ascii_start().starts_with(b"{");
        serde_json::from_slice::<Unambiguous>(answer.body()).ok().filter(|_| object)?;
        serde_json::from_slice(answer.body()).ok()
    }
}

/// JSON in which no object has a name twice. Parsers differ in which of the two they keep; `Value` has the last.
struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Unambiguous {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    /// Other numbers come as maps, too: they keep their digits (`arbitrary_precision`).
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut names = HashSet::new();
        while let Some((name, _)) = members.next_entry::<String, Self>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("two members of one name"));
            }
        }
        Ok(self)
    }
}

/// Returns an integer, which may be a text.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::String(digits) if digits.len() <= 19 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok()
        }
        value => value.as_i64(),
    }
}

impl Refusal {
    fn of(
        operation: &Operation,
        rows: &'static [Row],
        code: Option<i64>,
        message: &str,
        status: u16,
    ) -> Self {
        let normal = normalised(message);
        let row = rows.iter().find(|row| row.matches(operation, code, &normal, status));
        let row = row.expect("each list ends with a row that matches everything");
        let message = if message.is_empty() { &row.meaning } else { message };
        Self { row, status, message: message.to_owned(), retry_at: row.retry_at(&normal) }
    }
}

impl Row {
    fn matches(&self, operation: &Operation, code: Option<i64>, message: &str, status: u16) -> bool {
        (self.operations.is_empty() || self.operations.contains(&operation.id))
            && (self.codes.is_empty() || code.is_some_and(|code| self.codes.contains(&code)))
            && self.statuses.as_ref().is_none_or(|statuses| (statuses.from..=statuses.to).contains(&status))
            && self.message.as_ref().is_none_or(|expression| expression.0.find(message).is_some())
    }

    fn retry_at(&self, message: &str) -> Option<i64> {
        let found = self.waiting.until.as_ref()?.0.find(message)?;
        message.get(found.group(1)?)?.parse().ok()
    }
}
