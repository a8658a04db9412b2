//! The text console: a menu, as on the base system. Which items the vendor's console has and how they are worded is
//! not public, so this is ours. There is no prompt and so there are no commands.

use pbx_auth::Permission;
use pbx_estate::{Args, Context, Facts, Handler, Outcome, Reply, Stop, account, log, setting};
use pbx_product::{Command, Does, Item, Menu, Question, needs};

use crate::permission::{
    LOGS_MESSAGES_READ, LOGS_OIG_READ, LOGS_SECURE_READ, SETTINGS_LOGS, SETTINGS_REMOTE_ACCESS,
};

pub(crate) const COMMANDS: &[Command] = &[];

/// What the administrator gets over SSH.
pub(crate) const CONSOLE: Menu = Menu {
    title: "Server console",
    items: &[
        item("Status of this server", needs::SETTINGS_READ, ask(&[], status)),
        item("Administrator", needs::ACCOUNTS_READ, Does::Open(&ADMINISTRATOR)),
        item("Remote access", needs::SETTINGS_READ, Does::Open(&REMOTE_ACCESS)),
        item("View log files", needs::LOGS_READ, Does::Open(&LOGS)),
        item("Leave", needs::OWN, Does::Leave),
    ],
};

const ADMINISTRATOR: Menu = Menu {
    title: "Administrator",
    items: &[
        item("List the system users", needs::ACCOUNTS_READ, ask(&[], account::list)),
        item(
            "Change your password",
            needs::OWN,
            ask(&[CURRENT, PASSWORD, CONFIRM], account::set_own_password),
        ),
        item("Back", needs::OWN, Does::Leave),
    ],
};

const REMOTE_ACCESS: Menu = Menu {
    title: "Remote access",
    items: &[
        item("Show the settings", needs::SETTINGS_READ, ask(&[], setting::list)),
        item("Turn SSH on", SETTINGS_REMOTE_ACCESS, fixed(&[(SSH_ENABLED, "on")], setting::change)),
        item("Turn SSH off", SETTINGS_REMOTE_ACCESS, fixed(&[(SSH_ENABLED, "off")], setting::change)),
        item("Networks that may use SSH", SETTINGS_REMOTE_ACCESS, ask(&[SSH_NETWORKS], setting::change)),
        item(
            "No networks but the local one for SSH",
            SETTINGS_REMOTE_ACCESS,
            fixed(&[(SSH_NETWORKS.name, "")], setting::change),
        ),
        item(
            "Networks that may use the server manager",
            SETTINGS_REMOTE_ACCESS,
            ask(&[WEB_NETWORKS], setting::change),
        ),
        item(
            "No networks but the local one for the server manager",
            SETTINGS_REMOTE_ACCESS,
            fixed(&[(WEB_NETWORKS.name, "")], setting::change),
        ),
        item("Back", needs::OWN, Does::Leave),
    ],
};

const LOGS: Menu = Menu {
    title: "View log files",
    items: &[
        item("messages", LOGS_MESSAGES_READ, fixed(&[("log", "messages")], log::read)),
        item("secure", LOGS_SECURE_READ, fixed(&[("log", "secure")], log::read)),
        item("oig", LOGS_OIG_READ, fixed(&[("log", "oig")], log::read)),
        item("Days that log files are kept", SETTINGS_LOGS, ask(&[RETENTION], setting::change)),
        item("Back", needs::OWN, Does::Leave),
    ],
};

/// What this server is, and how far it is open.
pub(crate) fn status(cx: &Context<'_>, _: &Args) -> Result<Outcome, Stop> {
    let product = &cx.policy.product;
    let mut rows = vec![
        ("product", product.name.clone()),
        ("release", product.releases.first().cloned().unwrap_or_default()),
        ("system-users", account::every(&cx.estate)?.len().to_string()),
    ];
    for (label, key) in [
        ("ssh", SSH_ENABLED),
        ("ssh-networks", SSH_NETWORKS.name),
        ("server-manager-networks", WEB_NETWORKS.name),
        ("log-retention-days", RETENTION.name),
    ] {
        let value = setting::value(&cx.estate, cx.policy, key)?.unwrap_or_default();
        rows.push((label, if value.is_empty() { "local network only".to_owned() } else { value }));
    }
    Ok(Outcome::reply(Reply::Facts(Facts { kind: "status", rows })))
}

const SSH_ENABLED: &str = "listener.ssh.enabled";
const SSH_NETWORKS: Question = networks("listener.ssh.networks");
const WEB_NETWORKS: Question = networks("listener.web.networks");
const RETENTION: Question = question("log.retention-days", "Days (1 to 3650)");
const CURRENT: Question = question("current", "Present password");
const PASSWORD: Question = question("password", "New password");
const CONFIRM: Question = question("confirm", "New password again");

const fn item(label: &'static str, needs: Permission, does: Does) -> Item {
    Item { label, needs, does }
}

const fn ask(questions: &'static [Question], run: Handler) -> Does {
    Does::Ask { questions, with: &[], run }
}

const fn fixed(with: &'static [(&'static str, &'static str)], run: Handler) -> Does {
    Does::Ask { questions: &[], with, run }
}

const fn question(name: &'static str, label: &'static str) -> Question {
    Question { name, label, optional: false }
}

const fn networks(name: &'static str) -> Question {
    question(name, "Networks besides the local one, with commas between, for example 192.0.2.0/24")
}
