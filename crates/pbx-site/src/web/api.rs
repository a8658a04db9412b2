use pbx_estate::{Args, Refusal, Reply};
use pbx_kernel::{Secret, Sequence, Surface, Timestamp};
use pbx_product::{Access, Route, Signed};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{Exchange, Place, Request, Response, Resume, form, response};
use crate::invoke::{Answer, Done, Invocation};
use crate::login::{Attempt, Proof, Verdict};
use crate::{Error, SessionId, Site};

/// What the path of a request means: a route with the arguments in its path, or a path that no method of the
/// request's fits.
pub(super) enum Found {
    Route(&'static Route, Vec<(&'static str, String)>),
    OtherMethod,
}

/// The route of the request's path, where it is one of the programming interface.
pub(super) fn find(site: &Site, request: &Request) -> Option<Found> {
    let mut other = None;
    for route in site.product.routes.iter().filter(|it| known(site, it)) {
        if let Some(args) = path_args(route.path, &request.path) {
            if route.method.as_str() == request.method {
                return Some(Found::Route(route, args));
            }
            other = Some(Found::OtherMethod);
        }
    }
    other
}

/// Takes a request of the programming interface.
pub(super) fn serve(
    site: &mut Site,
    now: Timestamp,
    request: &Request,
    found: Found,
) -> Result<Exchange, Error> {
    let Found::Route(route, in_path) = found else {
        return Ok(Exchange::Respond(response::json(405, &json!({ "error": "method-not-allowed" })), None));
    };
    let mut args = match body(request) {
        Ok(args) => args,
        Err(refusal) => return Ok(Exchange::Respond(refused(site, &refusal), None)),
    };
    form::query(request).iter().for_each(|(name, value)| args.add(name, value));
    for (name, value) in &in_path {
        args = args.without(name);
        args.add(name, value);
    }
    let (needs, run) = match route.access {
        Access::LogIn => return Ok(log_in(site, request, &args)),
        Access::LogOut => return log_out(site, now, request),
        Access::Needs(needs, run) => (needs, run),
    };
    let Some(session) = bearer(request) else {
        return Ok(Exchange::Respond(unauthenticated(site), None));
    };
    let name = format!("{} {}", route.method.as_str(), route.path);
    if site.principal(now, &session)?.surface != Surface::Api {
        return Ok(Exchange::Respond(unauthenticated(site), None));
    }
    let invocation = Invocation { event: "route.run", name, needs, run, args, line: None };
    match site.invoke(now, &session, invocation)? {
        Answer::Done(Done { result, sequence }) => Ok(Exchange::Respond(answered(site, result), sequence)),
        Answer::Wait(waiting) => Ok(Exchange::Wait(waiting, Resume(Place::Route))),
    }
}

/// Answers a login.
pub(super) fn logged_in(
    site: &mut Site,
    now: Timestamp,
    verdict: Verdict,
) -> Result<(Response, Option<Sequence>), Error> {
    match verdict {
        Verdict::Accepted(id, token, sequence) => {
            let principal = site.principal(now, &id)?;
            let last_login = site.last_login(&id);
            let signed = Signed {
                principal: &principal,
                policy: &site.policy,
                site: site.id.as_str(),
                now,
                last_login,
            };
            let value = (site.product.wire.accepted)(token.expose_token(), &signed);
            Ok((response::json(200, &value), Some(sequence)))
        }
        Verdict::Rejected { hang_up, recorded, .. } => {
            let (status, value) = (site.product.wire.rejected)(&site.policy);
            let mut response = response::json(status, &value);
            if hang_up {
                response.headers.push(("connection", "close".to_owned()));
            }
            Ok((response, Some(recorded)))
        }
    }
}

/// An operation's answer.
pub(super) fn answered(site: &Site, result: Result<Reply, Refusal>) -> Response {
    match result {
        Ok(Reply::Document(document)) => response::document(document),
        Ok(reply) => response::json(200, &(site.product.wire.reply)(&reply)),
        Err(refusal) => refused(site, &refusal),
    }
}

/// There is no session, or it has ended.
pub(super) fn unauthenticated(site: &Site) -> Response {
    let (_, value) = (site.product.wire.rejected)(&site.policy);
    let mut response = response::json(401, &value);
    response.headers.push(("www-authenticate", "Bearer".to_owned()));
    response
}

/// The emulator failed and nothing was changed.
pub(super) fn unavailable(site: &Site) -> Response {
    response::json(
        503,
        &json!({ "error": "unavailable", "message": site.product.screen.unavailable.trim_end() }),
    )
}

fn refused(site: &Site, refusal: &Refusal) -> Response {
    let wire = site.product.wire;
    response::json((wire.status)(refusal), &(wire.refuse)(refusal))
}

fn log_in(site: &Site, request: &Request, args: &Args) -> Exchange {
    let (name, password) = site.product.wire.login_fields;
    let secret = args.secret_if_given(password).cloned();
    let password = secret.or_else(|| args.get(password).map(Secret::new)).unwrap_or_else(|| Secret::new(""));
    let attempt = Attempt {
        name: args.get(name).unwrap_or_default().to_owned(),
        proof: Proof::Password(password),
        surface: Surface::Api,
        source: request.source,
    };
    Exchange::LogIn(attempt, Resume(Place::LoginRoute))
}

fn log_out(site: &mut Site, now: Timestamp, request: &Request) -> Result<Exchange, Error> {
    let Some(session) = bearer(request) else {
        return Ok(Exchange::Respond(unauthenticated(site), None));
    };
    site.principal(now, &session)?;
    site.end_session(now, &session)?;
    Ok(Exchange::Respond(response::empty(204), None))
}

fn bearer(request: &Request) -> Option<SessionId> {
    let token = request.headers.get("authorization")?.strip_prefix("Bearer ")?;
    Some(SessionId::of(token.trim()))
}

/// The body's values: a JSON object, or a form.
fn body(request: &Request) -> Result<Args, Refusal> {
    let mut args = Args::default();
    let content_type = request.headers.get("content-type").map_or("", String::as_str);
    if request.body.is_empty() {
        return Ok(args);
    }
    if content_type.starts_with("application/x-www-form-urlencoded") {
        form::values(&request.body).iter().for_each(|(name, value)| args.add(name, value));
        return Ok(args);
    }
    let value: Value = serde_json::from_slice(&request.body).map_err(|error| {
        Refusal::bad("body", format!("is not JSON (line {}, column {})", error.line(), error.column()))
    })?;
    let Value::Object(_) = &value else { return Err(Refusal::bad("body", "must be a JSON object")) };
    flatten("", &value, &mut args);
    Ok(args)
}

/// Puts the leaves of a JSON value under their own names; arrays give a name several values.
fn flatten(name: &str, value: &Value, args: &mut Args) {
    match value {
        Value::Null => {}
        Value::Bool(yes) => args.add(name, if *yes { "yes" } else { "no" }),
        Value::Number(number) => args.add(name, &number.to_string()),
        Value::String(text) => args.add(name, text),
        Value::Array(values) => values.iter().for_each(|it| flatten(name, it, args)),
        Value::Object(fields) => fields.iter().for_each(|(name, it)| flatten(name, it, args)),
    }
}

/// The arguments in `path`, where it fits `pattern`: `/accounts/{name}` fits `/accounts/ada`.
fn path_args(pattern: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    let mut args = Vec::new();
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return Some(args),
            (Some(wanted), Some(given)) => match wanted.strip_prefix('{').and_then(|it| it.strip_suffix('}'))
            {
                Some(name) => args.push((name, percent_decode_str(given).decode_utf8().ok()?.into_owned())),
                None if wanted == given => {}
                None => return None,
            },
            (Some(_), None) | (None, Some(_)) => return None,
        }
    }
}

fn known(site: &Site, route: &Route) -> bool {
    match route.access {
        Access::LogIn | Access::LogOut => true,
        Access::Needs(needs, _) => site.policy.permissions.contains_key(needs.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_its_pattern_segment_by_segment() {
        let args = |path| path_args("/accounts/{name}/unlock", path);
        assert_eq!(args("/accounts/System%20Setup/unlock"), Some(vec![("name", "System Setup".to_owned())]));
        assert_eq!(args("/accounts/ada"), None);
        assert_eq!(args("/accounts/ada/unlock/"), None);
        assert_eq!(args("/accounts/%ff/unlock"), None);
    }
}
