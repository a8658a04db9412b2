use std::collections::BTreeMap;

use pbx_estate::Args;
use pbx_kernel::{Sequence, Source, Timestamp};
use pbx_page::{STYLESHEET, STYLESHEET_PATH};

use crate::invoke::Done;
use crate::login::{Attempt, Verdict};
use crate::waiting::Waiting;
use crate::{Error, Site};

mod api;
mod form;
mod frame;
mod page;
mod response;

/// An HTTP request, as far as the engine cares.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// The path as it came, percent-encoding and all.
    pub path: String,
    /// What follows the `?`.
    pub query: Option<String>,
    /// The headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body, whole.
    pub body: Vec<u8>,
    /// Where it comes from.
    pub source: Source,
    /// Whether it came over TLS.
    pub secure: bool,
}

/// An HTTP message in answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What a request leads to.
pub enum Exchange {
    /// The answer, to be sent once the batch is durable, where there is one.
    Respond(Response, Option<Sequence>),
    /// A login: carry it out, then [`respond_after_login`].
    LogIn(Attempt, Resume),
    /// An operation that needs something: resume it until it is done, then [`respond_after_wait`].
    Wait(Box<Waiting>, Resume),
}

/// Where an exchange goes on.
pub struct Resume(Place);

/// Where a request came in.
enum Place {
    /// A login page's form, by position.
    LoginForm(usize),
    /// A route that logs in.
    LoginRoute,
    /// A page's form.
    Page(Box<page::Visit>, &'static pbx_product::Action, Box<Args>),
    /// A route.
    Route,
}

/// Takes a request.
pub fn serve(site: &mut Site, now: Timestamp, request: &Request) -> Exchange {
    let served = match (request.method.as_str(), request.path.as_str()) {
        ("GET" | "HEAD", STYLESHEET_PATH) => Ok(done(response::asset("text/css; charset=utf-8", STYLESHEET))),
        ("GET" | "HEAD", "/favicon.ico") => Ok(done(response::empty(204))),
        (_, path) if path == site.product.face.login_path => page::login(site, now, request),
        _ => match api::find(site, request) {
            Some(found) => api::serve(site, now, request, found),
            None => page::serve(site, now, request),
        },
    };
    served.unwrap_or_else(|error| done(failed(site, request, &error)))
}

/// Answers a login once it has been carried out.
pub fn respond_after_login(
    site: &mut Site,
    now: Timestamp,
    request: &Request,
    resume: Resume,
    verdict: Result<Verdict, Error>,
) -> (Response, Option<Sequence>) {
    let responded = verdict.and_then(|verdict| match resume.0 {
        Place::LoginForm(form) => page::logged_in(site, now, request, form, verdict),
        Place::LoginRoute | Place::Page(..) | Place::Route => api::logged_in(site, now, verdict),
    });
    responded.unwrap_or_else(|error| (failed(site, request, &error), None))
}

/// Answers a request once its operation has what it needed and is done.
pub fn respond_after_wait(
    site: &mut Site,
    now: Timestamp,
    request: &Request,
    resume: Resume,
    done: Result<Done, Error>,
) -> (Response, Option<Sequence>) {
    let responded = done.and_then(|Done { result, sequence }| match resume.0 {
        Place::Page(visit, action, args) => {
            page::acted(site, now, &visit, action, &args, result).map(|it| (it, sequence))
        }
        Place::LoginForm(_) | Place::LoginRoute | Place::Route => Ok((api::answered(site, result), sequence)),
    });
    responded.unwrap_or_else(|error| (failed(site, request, &error), None))
}

fn done(response: Response) -> Exchange {
    Exchange::Respond(response, None)
}

/// The answer to a request that met a failure of the emulator, or a session that has ended.
fn failed(site: &Site, request: &Request, error: &Error) -> Response {
    let of_api = api::find(site, request).is_some();
    match error {
        Error::SessionEnded if of_api => api::unauthenticated(site),
        Error::SessionEnded => page::to_login(site, request),
        Error::Estate(_) | Error::Store(_) | Error::Tip | Error::Unsupplied if of_api => {
            api::unavailable(site)
        }
        Error::Estate(_) | Error::Store(_) | Error::Tip | Error::Unsupplied => page::unavailable(site),
    }
}
