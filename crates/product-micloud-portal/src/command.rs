//! The server console: a text menu over SSH, the one place where logs are cleared.

use pbx_estate::{Args, Context, Facts, Outcome, Refusal, Reply, Stop, account, log};
use pbx_product::{Does, Item, Menu, Question, needs};

use crate::{permission, strength};

/// The console's first menu. The arrangement is ours.
pub(crate) static CONSOLE: Menu = Menu {
    title: "Server console",
    items: &[
        Item {
            label: "Show the server's status",
            needs: permission::STATUS,
            does: Does::Ask { questions: &[], with: &[], run: status },
        },
        Item { label: "View a log", needs: needs::LOGS_READ, does: Does::Open(&LOGS) },
        Item {
            label: "Clear every log",
            needs: needs::LOGS_CLEAR,
            does: Does::Ask { questions: &[SURE], with: &[], run: clear_logs },
        },
        Item {
            label: "Change the administrator's password",
            needs: needs::OWN,
            does: Does::Ask { questions: NEW_PASSWORD, with: &[], run: strength::set_own_password },
        },
        Item { label: "Leave", needs: needs::OWN, does: Does::Leave },
    ],
};

static LOGS: Menu = Menu {
    title: "Logs",
    items: &[
        view("Audit log", permission::AUDIT_READ, &[("log", "audit")]),
        view("Login log", permission::LOGIN_READ, &[("log", "login")]),
        view("System log", permission::SYSTEM_READ, &[("log", "system")]),
        Item { label: "Back", needs: needs::OWN, does: Does::Leave },
    ],
};

const SURE: Question =
    Question { name: "sure", label: "Every entry is lost. Type yes to go on", optional: true };

const SEARCH: Question =
    Question { name: "search", label: "Only entries with this text (empty for all)", optional: true };

const NEW_PASSWORD: &[Question] = &[
    Question { name: "current", label: "Present password", optional: false },
    Question { name: "password", label: "New password", optional: false },
    Question { name: "confirm", label: "New password again", optional: false },
];

const fn view(
    label: &'static str,
    needs: pbx_auth::Permission,
    with: &'static [(&'static str, &'static str)],
) -> Item {
    Item { label, needs, does: Does::Ask { questions: &[SEARCH], with, run: log::read } }
}

/// Shows what the server is and how much it holds.
fn status(cx: &Context<'_>, _: &Args) -> Result<Outcome, Stop> {
    let product = &cx.policy.product;
    let mut entries = 0;
    for stated in &cx.policy.logs {
        entries += log::count(&cx.estate, stated)?;
    }
    let rows = vec![
        ("product", product.name.clone()),
        ("release", product.releases.first().cloned().unwrap_or_default()),
        ("system-users", account::every(&cx.estate)?.len().to_string()),
        ("log-entries", entries.to_string()),
    ];
    Ok(Outcome::reply(Reply::Facts(Facts { kind: "status", rows })))
}

/// Clears every log whole, once the caller has said `yes`.
fn clear_logs(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    if args.get("sure") != Some("yes") {
        return Err(Refusal::Conflict("Nothing was cleared: that was not yes.".to_owned()).into());
    }
    let mut all = Outcome::reply(Reply::Done("Every log is cleared.".to_owned()));
    for stated in &cx.policy.logs {
        let Outcome { changes, events, .. } = log::clear(cx, &Args::of([("log", stated.id.as_str())]))?;
        all.changes.extend(changes);
        all.events.extend(events);
    }
    Ok(all)
}
