//! The layer that stamps, signs and validates, as a middleware of `reqwest-middleware`.

use std::{mem, time::Duration};

use async_trait::async_trait;
use http::{Extensions, HeaderName, HeaderValue, Method, header::CONTENT_TYPE};
use reqwest::{Body, Request, Response};
use reqwest_middleware::{Error as LayerError, Middleware, Next};
use serde_json::{Map, Value};

use crate::clock::{Clock, Repair, Step, Trip};
use crate::contract::time_source;
use crate::{Credentials, Error, Operation, Parameters, Placement, Refusal, judge};

type Answer = http::Response<Vec<u8>>;

const API_KEY: HeaderName = HeaderName::from_static("x-bx-apikey");
/// A shorter key, as on a sandbox, is part of many words.
const SHORTEST_MASKED: usize = 12;
const LARGEST_ANSWER: usize = 1 << 20;

/// Signs the requests of the contract and returns only verified successes.
///
/// Each attempt is a copy with a timestamp and a signature of its own, so a layer that tries again belongs
/// above this one. Where the exchange refuses the timestamp, the clock is set right and the call sent again.
#[derive(Debug)]
pub struct Signing {
    credentials: Credentials,
    placement: Placement,
    timeout: Duration,
    clock: Clock,
}

impl Signing {
    /// Makes a layer that sends parameters as JSON and gives an attempt ten seconds.
    pub fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            placement: Placement::Json,
            timeout: Duration::from_secs(10),
            clock: Clock::new(0),
        }
    }

    /// Sends the parameters of a POST elsewhere.
    pub fn placement(self, placement: Placement) -> Self {
        Self { placement, ..self }
    }

    /// Gives an attempt more time or less.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    async fn attempt(
        &self,
        call: &Call,
        next: Next<'_>,
        extensions: &mut Extensions,
    ) -> Result<(Answer, Trip), LayerError> {
        let trip = self.clock.depart();
        let request = self.request(call, trip.sent_at);
        let answer = async { read(next.run(request, extensions).await?).await };
        // An error of reqwest shows the URL, which may hold the signature.
        let answer = answer.await.map_err(LayerError::without_url)?;
        Ok((answer, self.clock.arrive(trip)))
    }

    fn request(&self, call: &Call, timestamp: i64) -> Request {
        let mut request = call.request.try_clone().expect("a body of bytes can be cloned");
        *request.timeout_mut() = Some(self.timeout);
        if call.operation.signed {
            let parameters = call.parameters.stamped(timestamp);
            let signature = self.credentials.sign(&parameters.canonical());
            let placement = if request.method() == Method::GET { Placement::Query } else { self.placement };
            place(&mut request, placement, parameters.placed(placement, &signature));
            request.headers_mut().insert(API_KEY, self.credentials.key.clone());
        } else if call.operation.injected.iter().any(|name| name == "timestamp") {
            request.url_mut().query_pairs_mut().append_pair("timestamp", &timestamp.to_string());
        }
        request
    }

    /// Takes out of a server's text what it may repeat of the secrets of a request.
    fn masked(&self, text: &str, call: &Call, timestamp: i64) -> String {
        let signature = self.credentials.sign(&call.parameters.stamped(timestamp).canonical());
        let text = text.replace(&signature, "***");
        match self.credentials.key.to_str() {
            Ok(key) if key.len() >= SHORTEST_MASKED => text.replace(key, "***"),
            _ => text,
        }
    }
}

#[async_trait]
impl Middleware for Signing {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response, LayerError> {
        let call = Call::of(request).map_err(LayerError::middleware)?;
        let mut repair = Repair::new(&self.clock, false);
        loop {
            let (answer, trip) = self.attempt(&call, next.clone(), extensions).await?;
            let judged = judge(call.operation, &call.parameters, &answer);
            let mut step = repair.step(trip, &judged, &answer);
            if step == Step::Ask {
                let time = call.server_time();
                // Without an answer, the refusal is returned.
                if let Ok((answer, trip)) = self.attempt(&time, next.clone(), extensions).await {
                    step = repair.asked(trip, &judge(time.operation, &time.parameters, &answer));
                }
            }
            if step != Step::Again {
                let mask = |text: &str| self.masked(text, &call, trip.sent_at);
                let refused = |refusal: Refusal| Refusal { message: mask(&refusal.message), ..refusal };
                let envelope =
                    judged.map_err(|refusal| LayerError::middleware(Error::from(refused(refusal))))?;
                let rewritten = envelope.rewritten.then(|| serde_json::to_vec(&envelope).unwrap_or_default());
                let masked = |body: Vec<u8>| mask(&String::from_utf8_lossy(&body)).into_bytes();
                return Ok(answer.map(|body| masked(rewritten.unwrap_or(body))).into());
            }
        }
    }
}

/// A call before it is stamped and signed.
struct Call {
    operation: &'static Operation,
    parameters: Parameters,
    request: Request,
}

impl Call {
    fn of(mut request: Request) -> Result<Self, Error> {
        let operation = Operation::of(request.method(), request.url().path());
        let operation =
            operation.ok_or_else(|| Error::Invalid("the request is none of the contract's".to_owned()))?;
        let query = request.url().query_pairs().map(|(name, value)| (name.into_owned(), Value::from(value)));
        let body = request.body().map_or(Some(&b"{}"[..]), Body::as_bytes).unwrap_or_default();
        let body: Map<_, _> = serde_json::from_slice(body)
            .map_err(|_| Error::Invalid("the body is no JSON object".to_owned()))?;
        let parameters = Parameters::new(query.chain(body))?;
        let names = &operation.exactly_one_of;
        if !names.is_empty() && names.iter().filter(|name| parameters.get(name).is_some()).count() != 1 {
            return Err(Error::Invalid(format!(
                "exactly one of {} must name the order",
                names.join(" and ")
            )));
        }
        // progenitor adds the contract's version, which is none of the exchange's business.
        request.headers_mut().remove("api-version");
        Ok(Self { operation, parameters, request })
    }

    /// Returns the question for the exchange's time, on the same host.
    fn server_time(&self) -> Self {
        let operation = Operation::by_id(&time_source().operation).expect("the contract has it");
        let mut url = self.request.url().clone();
        url.set_query(None);
        url.set_path(&url.path().replace(&self.operation.path, &operation.path));
        Self { operation, parameters: Parameters::default(), request: Request::new(Method::GET, url) }
    }
}

/// Puts signed parameters where they belong.
fn place(request: &mut Request, placement: Placement, text: String) {
    let (query, body, content_type) = match placement {
        Placement::Json => (None, Some(text), Some("application/json")),
        Placement::Form => (None, Some(text), Some("application/x-www-form-urlencoded")),
        Placement::Query => (Some(text), None, None),
    };
    request.url_mut().set_query(query.as_deref());
    request.headers_mut().remove(CONTENT_TYPE);
    request.headers_mut().extend(content_type.map(|kind| (CONTENT_TYPE, HeaderValue::from_static(kind))));
    *request.body_mut() = body.map(Body::from);
}

/// Reads an answer; one that is too large is an error.
async fn read(mut response: Response) -> Result<Answer, LayerError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_ANSWER {
            body.clear();
            break;
        }
    }
    let mut answer = http::Response::new(body);
    *answer.status_mut() = response.status();
    *answer.headers_mut() = mem::take(response.headers_mut());
    Ok(answer)
}
