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

    fn call(
        &self,
        peer: Peer,
        request: http::Request<Incoming>,
    ) -> impl Future<Output = http::Response<Self::Body>> + Send + 'static {
        let seat = Arc::clone(&self.0);
        async move {
            match read(peer, request).await {
                Ok(request) => write(seat.serve(request).await),
                Err(refused) => refused,
            }
        }
    }
}
