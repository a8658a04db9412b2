use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;

/// A stream that can be cut from outside: russh ends a session only when its stream does.
#[derive(Debug)]
pub(crate) struct Leash<S> {
    stream: S,
    cut: oneshot::Receiver<()>,
    is_cut: bool,
}

/// Cuts the stream, at the latest when it is dropped.
#[derive(Debug)]
pub(crate) struct Cut {
    _line: oneshot::Sender<()>,
}

impl<S> Leash<S> {
    pub(crate) fn new(stream: S) -> (Self, Cut) {
        let (line, cut) = oneshot::channel();
        (Self { stream, cut, is_cut: false }, Cut { _line: line })
    }

    /// Whether the stream is cut; if not, the task is woken when it is.
    fn look(&mut self, cx: &mut Context<'_>) -> bool {
        // Both directions are polled by one task, so that one waker is enough.
        self.is_cut = self.is_cut || Pin::new(&mut self.cut).poll(cx).is_ready();
        self.is_cut
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Leash<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.look(cx) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Leash<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.look(cx) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.look(cx) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
