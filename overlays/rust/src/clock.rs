//! The time for timestamps, and its correction. `spec/vectors/clock.json` has the cases.

use std::mem;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use http::Response;

use crate::answers::{Category, Envelope, Judged, integer};
use crate::contract::time_source;

/// Below this, in milliseconds, the clock is not the reason of a refusal.
const SMALLEST_DIFFERENCE: u64 = 500;
/// The largest offset that is believed, in milliseconds: a day.
const LARGEST_OFFSET: u64 = 86_400_000;

/// An estimate of the exchange's time, which does not step with the machine's clock.
#[derive(Debug)]
pub struct Clock {
    origin: Instant,
    origin_at: i64,
    offset: AtomicI64,
}

/// A round trip to the exchange, in Unix milliseconds of the clock that stamped it.
#[derive(Clone, Copy, Debug)]
pub struct Trip {
    /// The clock's offset, in milliseconds.
    pub offset: i64,
    /// The request's timestamp.
    pub sent_at: i64,
    /// When the answer was received.
    pub received_at: i64,
}

/// The next step after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Return the answer.
    Stop,
    /// Request the exchange's time, which the refusal does not hold.
    Ask,
    /// Stamp, sign and send again.
    Again,
}

/// Corrects the clock once per call if the exchange refuses a timestamp.
#[derive(Debug)]
pub struct Repair<'a> {
    clock: &'a Clock,
    done: bool,
    server_time: Option<i64>,
}

impl Clock {
    /// Returns a clock with an offset, in milliseconds.
    pub fn new(offset: i64) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { origin: Instant::now(), origin_at: millis(since), offset: offset.into() }
    }

    /// Returns how far the exchange is thought to be ahead of the machine, in milliseconds.
    pub fn offset(&self) -> i64 {
        self.offset.load(Relaxed)
    }

    /// Returns a trip that begins now.
    pub(crate) fn depart(&self) -> Trip {
        let (offset, machine) = (self.offset(), self.machine());
        Trip { offset, sent_at: machine + offset, received_at: machine + offset }
    }

    /// Returns the trip, ended now.
    pub(crate) fn arrive(&self, trip: Trip) -> Trip {
        Trip { received_at: self.machine() + trip.offset, ..trip }
    }

    fn machine(&self) -> i64 {
        self.origin_at + millis(self.origin.elapsed())
    }

    /// Corrects the offset by the exchange's time, and returns whether it changed.
    fn learn(&self, trip: Trip, server_time: i64) -> bool {
        // The best estimate: the exchange answered in the middle of the trip.
        let difference = server_time.saturating_sub(i64::midpoint(trip.sent_at, trip.received_at));
        let offset = trip.offset.saturating_add(difference);
        let believed =
            difference.unsigned_abs() >= SMALLEST_DIFFERENCE && offset.unsigned_abs() <= LARGEST_OFFSET;
        if believed {
            self.offset.store(offset, Relaxed);
        }
        believed
    }
}

impl<'a> Repair<'a> {
    /// Makes the repair of one call, which was `done` before or may still be.
    pub fn new(clock: &'a Clock, done: bool) -> Self {
        Self { clock, done, server_time: None }
    }

    /// Says what to do after the answer to a signed request.
    pub fn step(&mut self, trip: Trip, judged: &Judged, answer: &Response<Vec<u8>>) -> Step {
        let refused = matches!(judged, Err(refusal) if refusal.row.category == Category::Clock);
        if !refused || mem::replace(&mut self.done, true) {
            return Step::Stop;
        }
        self.repair(trip, || time_in(answer))
    }

    /// Says what to do after the answer with the exchange's time.
    pub fn asked(&mut self, trip: Trip, judged: &Judged) -> Step {
        let server_time = || judged.as_ref().ok()?.data[time_source().field.as_str()].as_i64();
        match self.repair(trip, server_time) {
            Step::Ask => Step::Stop,
            step => step,
        }
    }

    /// Returns the exchange's time in the last answer, in Unix milliseconds.
    pub fn server_time(&self) -> Option<i64> {
        self.server_time
    }

    fn repair(&mut self, trip: Trip, server_time: impl FnOnce() -> Option<i64>) -> Step {
        if self.clock.offset() != trip.offset {
            // Another call has set the clock since this one was stamped.
            return Step::Again;
        }
        self.server_time = server_time();
        match self.server_time {
            None => Step::Ask,
            Some(server_time) if self.clock.learn(trip, server_time) => Step::Again,
            Some(_) => Step::Stop,
        }
    }
}

/// Returns the exchange's time, in Unix milliseconds: the envelope's own, or the header's, which counts whole
/// seconds, so that the middle of its second is taken.
fn time_in(answer: &Response<Vec<u8>>) -> Option<i64> {
    Envelope::of(answer).and_then(|envelope| integer(&envelope.timestamp)).or_else(|| {
        let date = httpdate::parse_http_date(answer.headers().get("date")?.to_str().ok()?).ok()?;
        Some(millis(date.duration_since(UNIX_EPOCH).ok()?) + 500)
    })
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
