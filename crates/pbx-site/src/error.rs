use pbx_kernel::StoreError;

/// The emulator failed. The request it met changed nothing; the caller is told to try again.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// State could not be read or made.
    #[error("the site's state could not be used")]
    Estate(#[source] pbx_estate::Error),
    /// The request and its record could not be written.
    #[error("the request could not be recorded")]
    Store(#[source] StoreError),
    /// The site's stored trail tip is not one.
    #[error("the site's trail tip is damaged")]
    Tip,
    /// Something needs what nobody gave it: an operation that waited for another thing, or a page, which waits for
    /// nothing.
    #[error("an operation was not given what it needs")]
    Unsupplied,
    /// The session has ended.
    #[error("the session has ended")]
    SessionEnded,
}

impl From<pbx_estate::Error> for Error {
    fn from(error: pbx_estate::Error) -> Self {
        Self::Estate(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
