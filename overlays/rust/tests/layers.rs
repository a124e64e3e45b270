//! The signing layer over a real socket: a user's own retry above it, a clock that is off, and lies.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bingx_spot::{Client, Credentials, Error, OrderState, Parameters, Placement, Signing};
use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const ORDER_ID: NonZeroU64 = NonZeroU64::new(1_735_964_079_647_111_281).unwrap();
const CANCELLED: &str =
    r#"{"code":0,"data":{"symbol":"BTC-USDT","orderId":"1735964079647111281","status":"CANCELED"}}"#;
const HOUR: i64 = 3_600_000;

/// A user's layer that sends the same request once more.
struct Retry;

#[async_trait::async_trait]
impl Middleware for Retry {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let copy = request.try_clone().expect("the body is no stream");
        match next.clone().run(copy, extensions).await {
            Err(_) => next.run(request, extensions).await,
            response => response,
        }
    }
}

#[tokio::test]
async fn a_retry_above_stamps_and_signs_each_attempt_again() {
    let busy = r#"{"code":100500,"msg":"The current system is busy"}"#;
    let (url, received) = server(["200 OK", "200 OK"], [busy.into(), CANCELLED.into()]).await;
    let client = Client::layered(&url, [Arc::new(Retry) as _, Arc::new(signing()) as _]).unwrap();

    assert_eq!(cancel(&client).await.unwrap(), ORDER_ID);

    let received = received.await.unwrap();
    assert!(timestamp(&received[0]) < timestamp(&received[1]));
}

#[tokio::test]
async fn a_clock_that_is_off_is_set_right_with_the_time_that_was_asked_for() {
    let refused = r#"{"code":100421,"msg":"Null timestamp or timestamp mismatch"}"#;
    let time = format!(r#"{{"code":0,"data":{{"serverTime":{}}}}}"#, now() + HOUR);
    let (url, received) = server(["200 OK"; 3], [refused.into(), time, CANCELLED.into()]).await;

    assert_eq!(cancel(&Client::signed(&url, signing()).unwrap()).await.unwrap(), ORDER_ID);

    let received = received.await.unwrap();
    assert!(received[1].starts_with("GET /openApi/swap/v2/server/time HTTP/1.1"));
    assert!(!received[1].to_lowercase().contains("x-bx-apikey"));
    assert!((timestamp(&received[2]) - timestamp(&received[0]) - HOUR).abs() < HOUR / 2);
}

#[tokio::test]
async fn a_success_that_names_another_order_is_not_believed() {
    let (url, _) = server(["200 OK"], [CANCELLED.replace("281", "280")]).await;

    let error = cancel(&Client::signed(&url, signing()).unwrap()).await.unwrap_err();

    assert_eq!(error.order(), OrderState::Unknown);
    assert!(matches!(error, Error::Refused(refusal) if refusal.row.id == "success-without-order"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (url, received) = server(["302 Found\r\nLocation: /", "200 OK"], ["".into(), CANCELLED.into()]).await;

    let error = cancel(&Client::signed(&url, signing()).unwrap()).await.unwrap_err();

    assert!(matches!(error, Error::Refused(refusal) if refusal.row.id == "http-redirect"));
    assert!(!received.is_finished());
}

#[tokio::test]
async fn a_query_string_can_carry_the_parameters() {
    let (url, received) = server(["200 OK"], [CANCELLED.into()]).await;
    let client = Client::signed(&url, signing().placement(Placement::Query)).unwrap();

    assert_eq!(cancel(&client).await.unwrap(), ORDER_ID);

    let received = received.await.unwrap();
    let start = format!("POST /openApi/spot/v1/trade/cancel?orderId={ORDER_ID}&symbol=BTC-USDT&timestamp=");
    assert!(received[0].starts_with(&start), "{}", received[0]);
    assert!(received[0].contains("&signature=") && !received[0].contains('{'), "{}", received[0]);
}

#[tokio::test]
async fn what_cannot_be_signed_is_named_and_not_sent() {
    let client = Client::signed("http://127.0.0.1:9", signing()).unwrap();
    let call = client
        .cancel_order()
        .body_map(|body| body.symbol("BTC-USDT").order_id(ORDER_ID).recv_window(f64::NAN));

    let error = Error::from(call.send().await.unwrap_err());

    assert!(matches!(error, Error::Unsignable(unsignable) if unsignable.parameter == "recvWindow"));
}

#[test]
fn nothing_shows_a_secret() {
    let shown = format!("{:?}", signing());

    assert!(!shown.contains("my-key") && !shown.contains("my-secret"), "{shown}");
}

fn signing() -> Signing {
    Signing::new(Credentials::new("my-key", "my-secret").unwrap())
}

async fn cancel(client: &Client) -> std::result::Result<NonZeroU64, Error> {
    let call = client.cancel_order().body_map(|body| body.symbol("BTC-USDT").order_id(ORDER_ID));
    let order = call.send().await?.into_inner().data.unwrap();
    Ok(u64::try_from(order.order_id.unwrap()).unwrap().try_into().unwrap())
}

/// Returns the timestamp in the body of a request whose signature is right.
fn timestamp(request: &str) -> i64 {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let sent: Map<String, Value> = serde_json::from_str(body).unwrap();
    let parameters = Parameters::new(sent.clone()).unwrap();
    let signature = Credentials::new("my-key", "my-secret").unwrap().sign(&parameters.canonical());
    assert_eq!(sent["signature"], signature);
    sent["timestamp"].as_i64().unwrap()
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

/// Answers one request after the other, each on a connection of its own, and returns them in the end.
async fn server<const N: usize>(
    statuses: [&'static str; N],
    bodies: [String; N],
) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answering = tokio::spawn(async move {
        let mut received = Vec::new();
        for (status, body) in statuses.iter().zip(bodies) {
            let (mut stream, _) = listener.accept().await.unwrap();
            received.push(request(&mut stream).await);
            // So that no two timestamps are alike.
            tokio::time::sleep(Duration::from_millis(2)).await;
            let head =
                format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            stream.write_all((head + &body).as_bytes()).await.unwrap();
        }
        received
    });
    (url, answering)
}

async fn request(stream: &mut TcpStream) -> String {
    let mut received = String::new();
    let mut chunk = [0; 4096];
    // A body of these calls is one JSON object, which a query string makes superfluous.
    while !(received.ends_with('}') || !received.contains("content-type") && received.ends_with("\r\n\r\n")) {
        let length = stream.read(&mut chunk).await.unwrap();
        received += std::str::from_utf8(&chunk[..length]).unwrap();
    }
    received
}
