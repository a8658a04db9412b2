use std::collections::BTreeMap;

use pbx_estate::{Args, Refusal, account};
use pbx_kernel::StoreError;
use pbx_site::{Answer, Input, Invocation, Request, SessionId};

use super::*;
use crate::Out;

pub(super) async fn session(seat: &Arc<Seat>) -> SessionId {
    match seat.log_in(attempt("admin", "Harbour-1")).await {
        Ok(Verdict::Accepted(session, ..)) => session,
        other => panic!("{other:?}"),
    }
}

/// Runs one command and returns what was written and the exit status.
pub(super) async fn run(seat: &Arc<Seat>, line: &str) -> (String, Option<u32>) {
    let mut console = seat.terminal(session(seat).await);
    execute(&mut console, line).await
}

pub(super) async fn execute(console: &mut crate::Console, line: &str) -> (String, Option<u32>) {
    let (mut text, mut status) = (String::new(), None);
    let mut out = |it: Out| match it {
        Out::Write(bytes) => text.push_str(&String::from_utf8_lossy(&bytes)),
        Out::Exit(code) => status = Some(code),
    };
    console.handle(Input::Exec(line), &mut out).await;
    (text, status)
}

#[tokio::test]
async fn a_command_is_answered_with_its_exit_status() {
    let world = world();
    let seat = north(&world);
    let (text, status) = run(&seat, "account list").await;
    assert!(text.contains("visitor"), "{text}");
    assert_eq!(status, Some(0));
    let (_, status) = run(&seat, "account add --name ada").await;
    assert_eq!(status, Some(0));
    let (text, _) = run(&seat, "account list").await;
    assert!(text.contains("ada"), "{text}");
}

#[tokio::test]
async fn a_command_that_cannot_be_recorded_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = world_in(folder.path());
    let seat = north(&world);
    let mut console = seat.terminal(session(&seat).await);
    world.faults().refuse_writes(Some(StoreError::Full));
    let (text, status) = execute(&mut console, "account add --name ada").await;
    assert_eq!(text, pbx_product::GENERIC.screen.unavailable);
    assert_eq!(status, Some(75));
    world.faults().refuse_writes(None);
    assert_eq!(log_in(&seat, "admin", "wrong").await.ok(), Some(false));
    let (text, _) = run(&seat, "account list").await;
    assert!(!text.contains("ada"), "{text}");
}

/// Changes the session's own password, from `current` to `password`.
async fn change_password(
    seat: &Arc<Seat>,
    session: &SessionId,
    current: &str,
    password: &str,
) -> Result<(), Refusal> {
    let invocation = Invocation {
        event: "command.run",
        name: "password".to_owned(),
        needs: pbx_product::needs::OWN,
        run: account::set_own_password,
        args: Args::of([("current", current), ("password", password), ("confirm", password)]),
        line: None,
    };
    let answer = seat.with_site(|site, now| site.invoke(now, session, invocation)).expect("run");
    let Answer::Wait(waiting) = answer else { panic!("a new password is hashed") };
    seat.carry_on(waiting).await.expect("run").result.map(|_| ())
}

#[tokio::test]
async fn a_new_password_needs_the_present_one_and_is_not_an_old_one() {
    let world = world();
    let seat = north(&world);
    let session = session(&seat).await;
    let wrong = change_password(&seat, &session, "Harbour-2", "Harbour-9").await;
    assert!(matches!(wrong, Err(Refusal::WrongPassword)), "{wrong:?}");
    let reused = change_password(&seat, &session, "Harbour-1", "Harbour-1").await;
    assert!(matches!(reused, Err(Refusal::WeakPassword(_))), "{reused:?}");
    assert_eq!(log_in(&seat, "admin", "Harbour-1").await.ok(), Some(true), "nothing has changed");
    change_password(&seat, &session, "Harbour-1", "Harbour-9").await.expect("changed");
    assert_eq!(log_in(&seat, "admin", "Harbour-1").await.ok(), Some(false));
    assert_eq!(log_in(&seat, "admin", "Harbour-9").await.ok(), Some(true));
}

/// The token of a new session of the programming interface.
pub(super) async fn api_token(seat: &Arc<Seat>) -> String {
    let login = r#"{"username": "admin", "password": "Harbour-1"}"#;
    let response = seat.serve(request("POST", "/api/login", login)).await;
    let answer: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
    answer["token"].as_str().expect("a token").to_owned()
}

pub(super) fn request(method: &str, path: &str, body: &str) -> Request {
    Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: None,
        headers: BTreeMap::from([
            ("host".to_owned(), "localhost".to_owned()),
            ("content-type".to_owned(), "application/json".to_owned()),
        ]),
        body: body.as_bytes().to_vec(),
        source: Source::new([127, 0, 0, 1].into()),
        secure: true,
    }
}

#[tokio::test]
async fn a_request_is_answered_and_a_login_opens_a_session() {
    let world = world();
    let seat = north(&world);
    assert_eq!(seat.serve(request("GET", "/api/accounts", "")).await.status, 401);
    let login = r#"{"username": "admin", "password": "Harbour-1"}"#;
    let response = seat.serve(request("POST", "/api/login", login)).await;
    assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
    assert_eq!(count(&world, &seat, "auth.accepted", None), 1);
}

#[tokio::test]
async fn a_request_that_cannot_be_recorded_is_answered_with_503() {
    let world = world();
    let seat = north(&world);
    world.founded().await.expect("founded");
    world.faults().refuse_writes(Some(StoreError::Full));
    let login = r#"{"username": "admin", "password": "Harbour-1"}"#;
    assert_eq!(seat.serve(request("POST", "/api/login", login)).await.status, 503);
}

#[tokio::test]
async fn listeners_that_can_be_switched_are_told() {
    let world = world();
    let seat = north(&world);
    let mut changed = seat.settings_changed();
    let before = *changed.borrow_and_update();
    let open = |id: &str| {
        let (listener, _) = seat.listeners().into_iter().find(|(it, _)| it.id == id).expect("declared");
        seat.admits(&listener, Source::new([192, 0, 2, 1].into()))
    };
    assert!(open("web") && !open("service"));
    assert!(!open("ssh"), "in a lab for the local network only, as hardened");
    assert_eq!(*seat.settings_changed().borrow(), before, "nothing was set");
    assert_eq!(seat.banner(), None);
}

#[tokio::test]
async fn whoever_listens_gets_every_line_once_and_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = world_in(folder.path());
    let seat = north(&world);
    world.founded().await.expect("founded");
    let mut lines = world.subscribe();
    for _ in 0..2 {
        run(&seat, "account list").await;
    }
    let trail = seat.trail_len();
    for number in 1..trail {
        let (site, line) = lines.recv().await.expect("a line");
        let entry = Entry::parse(&line.0).expect("a record");
        assert_eq!((site, entry.seq), (seat.id().clone(), number));
    }
}
