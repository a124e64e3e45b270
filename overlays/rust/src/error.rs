//! Errors of a call.

use std::{error::Error as _, iter, sync::Arc};

use crate::{OrderState, Refusal, Unsignable};

/// The error of a call.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter cannot be signed. Nothing was sent.
    #[error(transparent)]
    Unsignable(#[from] Unsignable),
    /// A parameter or an option is not allowed. Nothing was sent.
    #[error("nothing was sent: {0}")]
    Invalid(String),
    /// The exchange refused, or its answer is not believed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no answer.
    #[error("no answer from the exchange; the state of the order is unknown")]
    Http(#[source] Arc<reqwest::Error>),
    /// Another layer failed, or the answer does not have the contract's types.
    #[error("what became of the order is not known: {0}")]
    Unknown(String),
}

impl Error {
    /// Returns the state of the order after the last attempt.
    pub fn order(&self) -> OrderState {
        match self {
            Self::Unsignable(_) | Self::Invalid(_) => OrderState::Untouched,
            Self::Refused(refusal) => refusal.row.order,
            Self::Http(error) if error.is_connect() => OrderState::Untouched,
            Self::Http(_) | Self::Unknown(_) => OrderState::Unknown,
        }
    }
}

/// `?` turns what the generated calls return into an [`Error`] of this crate.
impl From<progenitor_client::Error> for Error {
    fn from(error: progenitor_client::Error) -> Self {
        use progenitor_client::Error as Generated;
        match error {
            Generated::InvalidRequest(problem) | Generated::Custom(problem) => Self::Invalid(problem),
            // The generated calls know no errors but their own, so `exec` sends ours along as the body's.
            Generated::ResponseBodyError(error) => iter::successors(error.source(), |&error| error.source())
                .find_map(|source| source.downcast_ref().cloned())
                .unwrap_or_else(|| Self::Http(Arc::new(error))),
            Generated::CommunicationError(error) => Self::Http(Arc::new(error)),
            // Its own text would show the value, which may repeat a secret.
            Generated::InvalidResponsePayload(_, problem) => Self::Unknown(format!(
                "the answer has a wrong type at line {} column {}",
                problem.line(),
                problem.column()
            )),
            other => Self::Unknown(other.to_string()),
        }
    }
}
