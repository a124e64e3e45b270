//! What an answer says. A success is believed only if it names the order that was asked for; all else
//! is looked up in the error table, whose rules stand at the head of `spec/errors.yaml`.

use std::sync::LazyLock;

use http::Response;
use regress::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::signing::text;
use crate::{Operation, Parameters};

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let table = include_str!(concat!(env!("OUT_DIR"), "/errors.json"));
    serde_json::from_str(table).expect("the table obeys spec/schemas/errors.schema.json")
});

/// What an answer is: a success that can be believed, or a refusal.
pub type Judged = Result<Envelope, Refusal>;

/// The members of an answer that count. serde refuses one that stands twice, for parsers differ about it.
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
    /// The order, or whatever was asked for.
    pub data: Value,
    /// Whether a code or an id was a text, which the generated types do not read.
    #[serde(skip)]
    pub(crate) rewritten: bool,
}

/// An answer that is no believed success.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message} (HTTP {status}, {}). {}", row.id, row.advice)]
pub struct Refusal {
    /// What the error table says of it.
    pub row: &'static Row,
    /// The HTTP status.
    pub status: u16,
    /// The exchange's own text, or the table's where there is none.
    pub message: String,
    /// Until when the exchange will not listen, in Unix milliseconds, if the text says so.
    pub retry_at: Option<i64>,
}

/// A row of the error table.
#[derive(Debug, Deserialize)]
pub struct Row {
    /// Its name in the table.
    pub id: String,
    /// The kind of refusal.
    pub category: Category,
    /// What it says of the order.
    pub order: OrderState,
    /// What is wrong.
    pub meaning: String,
    /// What to do.
    pub advice: String,
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

/// What a refusal says of the order.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum OrderState {
    /// It is as it was before the request.
    Untouched,
    /// It is filled, was cancelled earlier or never existed; only a query tells which.
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
        Regex::new(&expression).map(Self)
    }
}

/// Judges an answer to what was asked. An id that came as text is a number afterwards.
///
/// # Errors
/// It is no success that can be believed.
pub fn judge(operation: &Operation, asked: &Parameters, answer: &Response<Vec<u8>>) -> Judged {
    let status = answer.status().as_u16();
    let envelope = Envelope::of(answer);
    let code = envelope.as_ref().and_then(|envelope| integer(&envelope.code));
    let (Some(mut envelope), Some(code)) = (envelope, code) else {
        return Err(Refusal::of(&TABLE.http_statuses, None, "", status));
    };
    let success = status == 200 && code == 0 && envelope.success != false;
    if success && believed(operation, asked, &mut envelope) {
        envelope.rewritten |= envelope.code.is_string();
        envelope.code = code.into();
        return Ok(envelope);
    }
    Err(Refusal::of(&TABLE.rows, Some(code), envelope.msg.as_str().unwrap_or_default(), status))
}

fn believed(operation: &Operation, asked: &Parameters, envelope: &mut Envelope) -> bool {
    let Value::Object(data) = &mut envelope.data else { return false };
    for name in &operation.integers {
        if let Some(number) = data.get(name).filter(|told| told.is_string()).and_then(integer) {
            data[name] = number.into();
            envelope.rewritten = true;
        }
    }
    let told = |name: &String| data.get(name).map(text);
    let repeated = |name: &String| asked.get(name).is_none_or(|asked| told(name) == Some(text(asked)));
    let confirms = |(name, words): (_, &Vec<_>)| {
        told(name).is_some_and(|told| words.contains(&told.trim().to_uppercase()))
    };
    operation.repeats.iter().all(repeated) && operation.confirmed_by.iter().all(confirms)
}

impl Envelope {
    /// Returns the envelope of an answer, if it is a JSON object.
    pub(crate) fn of(answer: &Response<Vec<u8>>) -> Option<Self> {
        // serde would take an array for the members in their order.
        let object = answer.body().trim_ascii_start().starts_with(b"{");
        serde_json::from_slice(answer.body()).ok().filter(|_| object)
    }
}

/// Returns an integer, which may have come as text.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::String(digits) if digits.len() <= 19 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok()
        }
        value => value.as_i64(),
    }
}

impl Refusal {
    fn of(rows: &'static [Row], code: Option<i64>, message: &str, status: u16) -> Self {
        // As the table's expressions want it.
        let words = message.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
        let normal = words.collect::<Vec<_>>().join(" ").to_ascii_lowercase();
        let row = rows.iter().find(|row| row.matches(code, &normal, status));
        let row = row.expect("each list ends with a row that matches everything");
        let message = if message.is_empty() { &row.meaning } else { message };
        Self { row, status, message: message.to_owned(), retry_at: row.retry_at(&normal) }
    }
}

impl Row {
    fn matches(&self, code: Option<i64>, message: &str, status: u16) -> bool {
        (self.codes.is_empty() || code.is_some_and(|code| self.codes.contains(&code)))
            && self.statuses.as_ref().is_none_or(|statuses| (statuses.from..=statuses.to).contains(&status))
            && self.message.as_ref().is_none_or(|expression| expression.0.find(message).is_some())
    }

    fn retry_at(&self, message: &str) -> Option<i64> {
        let found = self.waiting.until.as_ref()?.0.find(message)?;
        message.get(found.group(1)?)?.parse().ok()
    }
}
