//! The client that progenitor generates from the contract, with its layers.

use std::sync::Arc;

use futures_util::stream;
use progenitor_client::{ClientHooks, ClientInfo as _, OperationInfo};
use reqwest::{Body, Request, Response, redirect};
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
    /// TLS is not to be had.
    pub fn signed(base_url: &str, signing: Signing) -> reqwest::Result<Self> {
        Self::layered(base_url, [Arc::new(signing) as _])
    }

    /// Returns a client with further layers, the outermost first; put one that retries above [`Signing`].
    ///
    /// # Errors
    /// TLS is not to be had.
    pub fn layered(base_url: &str, layers: impl Into<Box<[Arc<dyn Middleware>]>>) -> reqwest::Result<Self> {
        // A redirect is not followed, because the API key would be sent along.
        let http = reqwest::Client::builder().redirect(redirect::Policy::none()).build()?;
        let layered = ClientWithMiddleware::new(http.clone(), layers);
        Ok(Self::new_with_client(base_url.trim_end_matches('/'), http, layered))
    }
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
