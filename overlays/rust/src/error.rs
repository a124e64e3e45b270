//! What a call ends with that is no believed success.

use std::{error::Error as _, iter, sync::Arc};

use crate::{Refusal, Unsignable};

/// What a call ends with that is no believed success.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter cannot be signed. Nothing was sent.
    #[error(transparent)]
    Unsignable(#[from] Unsignable),
    /// The call or the client was made wrongly. Nothing was sent.
    #[error("nothing was sent: {0}")]
    Invalid(String),
    /// The exchange refused, or what came is not believed; its `order` tells what that means.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No answer came. Unless the connection failed, what became of the order is not known.
    #[error("no answer came")]
    Http(#[source] Arc<reqwest::Error>),
    /// Something else failed after the request may have left: another layer, or the parser.
    #[error("what became of the order is not known: {0}")]
    Unknown(String),
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
            other => Self::Unknown(other.to_string()),
        }
    }
}
