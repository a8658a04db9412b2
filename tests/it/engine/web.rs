use std::collections::BTreeMap;

use pbx_kernel::Surface;
use pbx_site::{Exchange, Request, Response, respond_after_login, respond_after_wait, serve};

use super::rig::{Caller, LOCAL, Rig, address};

/// What a request carries to show whose it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ticket<'a> {
    Nobody,
    Cookie(&'a str),
    Bearer(&'a str),
}

impl Rig {
    /// Sends a request and carries out what the engine asks for on the way to its answer.
    pub(crate) fn send(&mut self, request: &Request) -> Response {
        match serve(&mut self.site, self.now, request) {
            Exchange::Respond(response, _) => response,
            Exchange::LogIn(attempt, resume) => {
                let verdict = self.carry_out(attempt);
                respond_after_login(&mut self.site, self.now, request, resume, verdict).0
            }
            Exchange::Wait(waiting, resume) => {
                let done = self.carry_on(waiting);
                respond_after_wait(&mut self.site, self.now, request, resume, done).0
            }
        }
    }

    pub(crate) fn get(&mut self, ticket: Ticket<'_>, path: &str) -> Response {
        self.send(&request(self, "GET", path, ticket, ""))
    }

    /// Posts a page's form with the token that its pages carry.
    pub(crate) fn post(&mut self, token: &str, path: &str, fields: &[(&str, &str)]) -> Response {
        let csrf = self.csrf(token);
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields).append_pair("csrf", &csrf);
        let body = form.finish();
        self.send(&request(self, "POST", path, Ticket::Cookie(token), &body))
    }

    /// Calls a route with a JSON body.
    pub(crate) fn call(&mut self, method: &str, path: &str, token: &str, body: &str) -> Response {
        self.send(&request(self, method, path, Ticket::Bearer(token), body))
    }

    /// Logs in on a web surface; the token of the session.
    #[track_caller]
    pub(crate) fn token(&mut self, caller: Caller<'_>) -> String {
        assert_ne!(caller.surface, Surface::Ssh, "SSH has no token");
        self.log_in(caller).accepted().1
    }

    /// The token that the session's forms carry, read from a page.
    #[track_caller]
    fn csrf(&mut self, token: &str) -> String {
        let page = self.get(Ticket::Cookie(token), "/no/such/page");
        let page = String::from_utf8(page.body).expect("text");
        let field = page.split("name=\"csrf\"").nth(1).expect("a page with a form");
        field.split("value=\"").nth(1).and_then(|it| it.split('"').next()).expect("a value").to_owned()
    }
}

pub(crate) fn request(rig: &Rig, method: &str, target: &str, ticket: Ticket<'_>, body: &str) -> Request {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let mut headers = BTreeMap::from([("host".to_owned(), "pbx.example".to_owned())]);
    match ticket {
        Ticket::Nobody => None,
        Ticket::Cookie(token) => {
            headers.insert("cookie".to_owned(), format!("__Host-{}={token}", rig.site.id()))
        }
        Ticket::Bearer(token) => headers.insert("authorization".to_owned(), format!("Bearer {token}")),
    };
    Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.map(str::to_owned),
        headers,
        body: body.as_bytes().to_vec(),
        source: address(LOCAL),
        secure: true,
    }
}
