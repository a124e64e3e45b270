#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod answers;
mod client;
mod clock;
mod contract;
mod error;
mod layer;
mod signing;

pub use answers::{Category, Envelope, Judged, OrderState, Refusal, Row, judge};
pub use client::{Client, types};
pub use clock::{Clock, Repair, Step, Trip};
pub use contract::Operation;
pub use error::Error;
pub use layer::Signing;
pub use signing::{Credentials, Parameters, Placement, Unsignable};
