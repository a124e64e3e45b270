//! The client that progenitor generates from the contract, with its layers.

use std::{net::IpAddr, sync::Arc};

use futures_util::stream;
use progenitor_client::{ClientHooks, ClientInfo as _, OperationInfo};
use reqwest::{Body, Request, Response, Url, redirect};
use reqwest_middleware::{ClientWithMiddleware, Middleware};

use crate::{Error, Signing};

pub use generated::{Client, types};

#[allow(missing_docs, unused_imports, clippy::all, reason = "it is generated")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/client.rs"));
}

impl Client {
    /// Returns a client whose calls are signed and validated.
    ///
    /// # Errors
    /// The URL is neither https nor loopback, or TLS is not to be had.
    pub fn signed(base_url: &str, signing: Signing) -> Result<Self, Error> {
        Self::layered(base_url, [Arc::new(signing) as _])
    }

    /// Returns a client with further layers, the outermost first; put one that retries above [`Signing`].
    ///
    /// # Errors
    /// The URL is neither https nor loopback, or TLS is not to be had.
    pub fn layered(base_url: &str, layers: impl Into<Box<[Arc<dyn Middleware>]>>) -> Result<Self, Error> {
        let url = origin(base_url)?;
        // A redirect is not followed, because the API key would be sent along.
        let mut http = reqwest::Client::builder().redirect(redirect::Policy::none());
        if url.scheme() == "http" {
            // A proxy of the environment would read the key.
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| Error::Invalid(error.to_string()))?;
        let layered = ClientWithMiddleware::new(http.clone(), layers);
        Ok(Self::new_with_client(base_url.trim_end_matches('/'), http, layered))
    }
}

/// Refuses plain HTTP that leaves the machine, and a user name or password, which logs would show.
fn origin(base_url: &str) -> Result<Url, Error> {
    let refused =
        || Error::Invalid("the base URL must be https://HOST, or http for a loopback host".to_owned());
    let url = Url::parse(base_url).map_err(|_| refused())?;
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    let private = url.scheme() == "https" || url.scheme() == "http" && loopback;
    if private && url.username().is_empty() && url.password().is_none() { Ok(url) } else { Err(refused()) }
}

impl ClientHooks<ClientWithMiddleware> for Client {
    async fn exec(&self, request: Request, _: &OperationInfo) -> reqwest::Result<Response> {
        match self.inner().execute(request).await {
            Ok(response) => Ok(response),
            Err(reqwest_middleware::Error::Reqwest(error)) => Err(error),
            Err(reqwest_middleware::Error::Middleware(error)) => {
                let error =
                    error.downcast::<Error>().unwrap_or_else(|other| Error::Unknown(other.to_string()));
                let body = Body::wrap_stream(stream::iter([Err::<Vec<u8>, _>(error)]));
                Ok(http::Response::new(body).into())
            }
        }
    }
}
