use std::io;

use pbx_kernel::StoreError;
use pbx_rehearsal::{ParseIdentifierError, StepError};

use crate::CheckpointError;

/// Why a step of a rehearsal was not taken. The request stays as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RehearsalError {
    /// There is no such request.
    #[error("there is no request {id} at this site")]
    NoSuchRequest {
        /// The id, as it was given.
        id: String,
    },
    /// The id is taken.
    #[error("there is a request {id} at this site already")]
    Duplicate {
        /// The id.
        id: String,
    },
    /// There are too many requests.
    #[error("the site has as many requests as it keeps")]
    TooManyRequests,
    /// What should tell the person is nothing that could.
    #[error("an identifier cannot be used: {0}")]
    Identifier(ParseIdentifierError),
    /// More identifiers than a search takes.
    #[error("there are more identifiers than one search can look for: leave some out")]
    TooManyIdentifiers,
    /// The identifiers do not lead to one person.
    #[error("the identifiers lead to several people: give one that only this person has")]
    SeveralPeople,
    /// An identifier contradicts the record.
    #[error(
        "the identifiers are not all in the person's record: ask for more (Art. 12(6) GDPR), or confirm that the \
         identity was checked elsewhere"
    )]
    Identity,
    /// Another step is next.
    #[error("{0}")]
    Step(StepError),
    /// Somebody else took a step of this request meanwhile.
    #[error("the request has moved on meanwhile: look at it again")]
    MovedOn,
    /// The product refused an operation.
    #[error("the product refuses to {what}: {refusal}")]
    Refused {
        /// What was tried.
        what: String,
        /// What it said, as a code.
        refusal: &'static str,
    },
    /// What is asked for is not there yet, or no longer.
    #[error("{0}")]
    NotThere(&'static str),
    /// The site's state could not be used.
    #[error("the site's state could not be used")]
    Site(#[source] pbx_site::Error),
    /// What was done did not reach the disk.
    #[error("the step could not be recorded")]
    Store(#[source] StoreError),
    /// The trail could not be signed.
    #[error("there is no checkpoint for the certificate")]
    Checkpoint(#[source] CheckpointError),
    /// The state folder could not be searched.
    #[error("the state folder could not be searched")]
    Files(#[source] io::Error),
}
