use pbx_auth::Principal;
use pbx_estate::{Args, Refusal, Reply};
use pbx_kernel::{Durability, Secret, Sequence, Surface, Timestamp};
use pbx_page::{Block, Note, Sheet, render, render_login};
use pbx_product::{Action, Page, Shown};

use super::frame::LOGOUT_PATH;
use super::{Exchange, Place, Request, Response, Resume, form, frame, response};
use crate::invoke::{Answer, Done, Invocation};
use crate::login::{Attempt, Proof, Verdict};
use crate::record::Happening;
use crate::{Error, SessionId, Site};

/// A request of somebody who is logged in, to one page.
pub(super) struct Visit {
    session: SessionId,
    csrf: String,
    principal: Principal,
    page: &'static Page,
}

/// The login page, or what was sent by its form.
pub(super) fn login(site: &mut Site, now: Timestamp, request: &Request) -> Result<Exchange, Error> {
    let chosen =
        form::query(request).iter().find(|(name, _)| name == "form").and_then(|(_, it)| it.parse().ok());
    let chosen = chosen.filter(|it| *it < site.product.face.login_forms.len()).unwrap_or(0);
    let respond = |response| Ok(Exchange::Respond(response, None));
    match request.method.as_str() {
        "GET" | "HEAD" => {
            let frame = frame::login(site, now, chosen, "", Vec::new());
            respond(with_server(site, response::html(200, render_login(&frame))))
        }
        "POST" if !form::same_origin(request) => {
            respond(refused_page(site, now, 403, "This form was sent from elsewhere."))
        }
        "POST" => {
            let fields = &site.product.face.login_forms[chosen];
            let mut values = form::values(&request.body);
            let mut take = |wanted: &str| {
                let index = values.iter().position(|(name, _)| name == wanted)?;
                Some(values.swap_remove(index).1)
            };
            let name = take(fields.name.0).unwrap_or_default();
            let password = Secret::new(take(fields.password.0).unwrap_or_default());
            let proof = Proof::Password(password);
            let attempt = Attempt { name, proof, surface: fields.surface, source: request.source };
            Ok(Exchange::LogIn(attempt, Resume(Place::LoginForm(chosen))))
        }
        _ => respond(refused_page(site, now, 405, "This address takes GET and POST only.")),
    }
}

/// Answers the login page's form.
pub(super) fn logged_in(
    site: &mut Site,
    now: Timestamp,
    request: &Request,
    chosen: usize,
    verdict: Verdict,
) -> Result<(Response, Option<Sequence>), Error> {
    match verdict {
        Verdict::Accepted(id, token, sequence) => {
            let principal = site.principal(now, &id)?;
            let home = home(site, &principal).map_or("/", |it| it.path);
            let mut response = response::see_other(home);
            response.headers.push(form::cookie(site, request, Some(token.expose_token())));
            Ok((response, Some(sequence)))
        }
        Verdict::Rejected { hang_up, told, recorded } => {
            let fields = &site.product.face.login_forms[chosen];
            let typed = form::values(&request.body).into_iter().find(|(name, _)| name == fields.name.0);
            let typed = typed.map(|(_, value)| value).unwrap_or_default();
            let notices = vec![Note::error(told.unwrap_or(site.policy.words.login_failed.as_str()))];
            let frame = frame::login(site, now, chosen, &typed, notices);
            let mut response = with_server(site, response::html(401, render_login(&frame)));
            if hang_up {
                response.headers.push(("connection", "close".to_owned()));
                response.headers.push(form::cookie(site, request, None));
            }
            Ok((response, Some(recorded)))
        }
    }
}

/// A page, or what was sent by one of its forms.
pub(super) fn serve(site: &mut Site, now: Timestamp, request: &Request) -> Result<Exchange, Error> {
    let Some((session, csrf)) = form::session(site, request) else {
        return Ok(Exchange::Respond(to_login(site, request), None));
    };
    let principal = site.principal(now, &session)?;
    if !matches!(principal.surface, Surface::SelfService | Surface::Web) {
        return Ok(Exchange::Respond(to_login(site, request), None));
    }
    if request.path == LOGOUT_PATH && request.method == "POST" {
        return log_out(site, now, request, &session, &csrf);
    }
    let Some(page) = site.product.pages(&site.policy).find(|it| it.path == request.path) else {
        let home = home(site, &principal).filter(|_| request.path == "/");
        let response = match home {
            Some(home) => response::see_other(home.path),
            None => message(site, now, &principal, &csrf, 404, "There is no such page."),
        };
        return Ok(Exchange::Respond(response, None));
    };
    if let Some(own) = site.must_change(&session).then(|| own_page(site, &principal)).flatten()
        && own.path != page.path
    {
        return Ok(Exchange::Respond(response::see_other(own.path), None));
    }
    let mut args = args(page, form::query(request));
    let visit = Visit { session, csrf, principal, page };
    match request.method.as_str() {
        "GET" | "HEAD" => Ok(Exchange::Respond(shown(site, now, &visit, &args)?, None)),
        "POST" => {
            let mut values = form::values(&request.body);
            let given =
                values.iter().position(|(name, _)| name == "csrf").map(|index| values.swap_remove(index).1);
            if !form::is_ours(request, &visit.csrf, given.as_deref()) {
                let why = "This form is too old or was sent from elsewhere. Go back, load the page again and repeat.";
                return Ok(Exchange::Respond(visit.message(site, now, 403, why), None));
            }
            add(visit.page, &mut args, &values);
            act(site, now, visit, args)
        }
        _ => Ok(Exchange::Respond(visit.message(site, now, 405, "This page takes GET and POST only."), None)),
    }
}

/// Answers a page's form once its operation is done: on to the page with a word on top, or the form again.
pub(super) fn acted(
    site: &mut Site,
    now: Timestamp,
    visit: &Visit,
    action: &'static Action,
    args: &Args,
    result: Result<Reply, Refusal>,
) -> Result<Response, Error> {
    let refusal = match result {
        Ok(reply) => {
            let said = match reply {
                Reply::Document(document) => return Ok(response::document(document)),
                Reply::Done(said) | Reply::Text(said) => said,
                Reply::Facts(_) | Reply::Listing(_) | Reply::Nothing => "Done.".to_owned(),
            };
            site.flash(&visit.session, said);
            return Ok(response::see_other(visit.page.path));
        }
        Err(refusal) => refusal,
    };
    let status = if matches!(refusal, Refusal::NotPermitted(_)) { 403 } else { 422 };
    let shown = site.look(now, &visit.principal, visit.page.needs, |cx| (visit.page.show)(cx, args))?;
    let Ok(Shown { mut sheet, .. }) = shown else {
        return Ok(visit.message(site, now, status, &refusal.to_string()));
    };
    fill(&mut sheet, action.name, args, &refusal);
    Ok(visit.sheet(site, now, status, &sheet, vec![Note::error(refusal.to_string())]))
}

impl Visit {
    fn sheet(&self, site: &Site, now: Timestamp, status: u16, sheet: &Sheet, notices: Vec<Note>) -> Response {
        let frame = frame::frame(site, now, &self.principal, self.page.path, &self.csrf, notices);
        with_server(site, response::html(status, render(&frame, sheet)))
    }

    fn message(&self, site: &Site, now: Timestamp, status: u16, text: &str) -> Response {
        message(site, now, &self.principal, &self.csrf, status, text)
    }
}

/// The way to the login page; what was asked for is not remembered.
pub(super) fn to_login(site: &Site, request: &Request) -> Response {
    let mut response = response::see_other(site.product.face.login_path);
    if form::token(site, request).is_some() {
        response.headers.push(form::cookie(site, request, None));
    }
    response
}

/// What is said when the emulator failed and nothing was changed.
pub(super) fn unavailable(site: &Site) -> Response {
    let text = "The request could not be recorded, so nothing was changed. Try again in a moment.";
    refused_page(site, Timestamp::default(), 503, text)
}

fn shown(site: &mut Site, now: Timestamp, visit: &Visit, args: &Args) -> Result<Response, Error> {
    let Visit { session, principal, page, .. } = visit;
    let looked = site.look(now, principal, page.needs, |cx| (page.show)(cx, args))?;
    let run =
        Happening::of_run("page.run", page.path, looked.as_ref().err()).of(principal).in_session(session);
    let mut happenings = vec![run];
    if let Ok(Shown { events, .. }) = &looked {
        happenings.extend(events.iter().map(|it| Happening::of_event(it).of(principal).in_session(session)));
    }
    site.commit(now, Vec::new(), &happenings, Durability::Lazy)?;
    Ok(match looked {
        Ok(Shown { sheet, .. }) => {
            let notices = site.take_flash(session).into_iter().map(Note::success).collect();
            visit.sheet(site, now, 200, &sheet, notices)
        }
        Err(refusal) => {
            let status = if matches!(refusal, Refusal::NotPermitted(_)) { 403 } else { 404 };
            visit.message(site, now, status, &refusal.to_string())
        }
    })
}

fn act(site: &mut Site, now: Timestamp, visit: Visit, args: Args) -> Result<Exchange, Error> {
    let Some(action) = visit.page.actions.iter().find(|it| args.get("do") == Some(it.name)) else {
        return Ok(Exchange::Respond(visit.message(site, now, 404, "This page has no such form."), None));
    };
    let invocation = Invocation {
        event: "page.run",
        name: format!("{}?do={}", visit.page.path, action.name),
        needs: action.needs,
        run: action.run,
        args: args.without("do"),
        line: None,
    };
    match site.invoke(now, &visit.session, invocation)? {
        Answer::Done(Done { result, sequence }) => {
            let response = acted(site, now, &visit, action, &args, result)?;
            Ok(Exchange::Respond(response, sequence))
        }
        Answer::Wait(waiting) => {
            Ok(Exchange::Wait(waiting, Resume(Place::Page(Box::new(visit), action, Box::new(args)))))
        }
    }
}

fn log_out(
    site: &mut Site,
    now: Timestamp,
    request: &Request,
    session: &SessionId,
    csrf: &str,
) -> Result<Exchange, Error> {
    let values = form::values(&request.body);
    let given = values.iter().find(|(name, _)| name == "csrf").map(|(_, value)| value.as_str());
    if form::is_ours(request, csrf, given) {
        site.end_session(now, session)?;
    }
    let mut response = response::see_other(site.product.face.login_path);
    response.headers.push(form::cookie(site, request, None));
    Ok(Exchange::Respond(response, None))
}

/// The first page that the principal may see.
fn home(site: &Site, principal: &Principal) -> Option<&'static Page> {
    site.product.pages(&site.policy).find(|it| principal.role.includes(it.needs))
}

/// The page where the principal may change its own password.
fn own_page(site: &Site, principal: &Principal) -> Option<&'static Page> {
    let own = |it: &&Page| it.actions.iter().any(|action| action.name == "own-password");
    site.product.pages(&site.policy).filter(own).find(|it| principal.role.includes(it.needs))
}

fn args(page: &Page, query: Vec<(String, String)>) -> Args {
    let mut args = Args::of(page.with.iter().copied());
    add(page, &mut args, &query);
    args
}

/// Adds what a query or a form gives, but for what the page has fixed.
fn add(page: &Page, args: &mut Args, values: &[(String, String)]) {
    let fixed = |name: &str| page.with.iter().any(|(it, _)| *it == name);
    values.iter().filter(|(name, _)| !fixed(name)).for_each(|(name, value)| args.add(name, value));
}

/// Fills the refused form with what was typed, and marks the field that was wrong.
fn fill(sheet: &mut Sheet, action: &str, args: &Args, refusal: &Refusal) {
    for block in &mut sheet.blocks {
        let Block::Form(form) = block else { continue };
        if form.id != action {
            continue;
        }
        for field in &mut form.fields {
            if let Some(typed) = args.get(&field.name)
                && !field.is_box()
            {
                typed.clone_into(&mut field.value);
            }
            if refusal.field() == Some(field.name.as_str()) {
                field.error = Some(refusal.to_string());
            }
        }
    }
}

/// A page that says one thing to somebody who is logged in.
fn message(
    site: &Site,
    now: Timestamp,
    principal: &Principal,
    csrf: &str,
    status: u16,
    text: &str,
) -> Response {
    let frame = frame::frame(site, now, principal, "", csrf, Vec::new());
    let sheet = Sheet::new(title(status)).block(Note::error(text));
    with_server(site, response::html(status, render(&frame, &sheet)))
}

/// A page that says one thing to somebody who is not.
fn refused_page(site: &Site, now: Timestamp, status: u16, text: &str) -> Response {
    let frame = frame::login(site, now, 0, "", vec![Note::error(text)]);
    with_server(site, response::html(status, render_login(&frame)))
}

fn title(status: u16) -> &'static str {
    match status {
        403 => "Not allowed",
        404 => "Not found",
        405 => "Not possible",
        _ => "Refused",
    }
}

fn with_server(site: &Site, mut response: Response) -> Response {
    if let Some(server) = site.product.face.server {
        response.headers.push(("server", server.to_owned()));
    }
    response
}
