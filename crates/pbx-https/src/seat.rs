use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use pbx_world::Seat;

use crate::exchange::{read, write};
use crate::{Peer, Service};

/// Answers requests as one site does.
#[derive(Clone)]
pub struct SeatService(Arc<Seat>);

impl SeatService {
    /// The service of `seat`.
    pub fn new(seat: Arc<Seat>) -> Self {
        Self(seat)
    }
}

impl Service for SeatService {
    type Body = Full<Bytes>;

    async fn call(&self, peer: Peer, request: http::Request<Incoming>) -> http::Response<Self::Body> {
        match read(peer, request).await {
            Ok(request) => write(self.0.serve(request).await),
            Err(refused) => refused,
        }
    }
}
