//! Writes every theme's pages into a folder, to be looked at: `cargo run -p pbx-page --example gallery -- FOLDER`.

use std::path::Path;
use std::{env, fs, io};

use pbx_page::{
    Autocomplete, Cell, Choice, Column, Csrf, Facts, Field, FieldKind, Form, Frame, Link, LoginFrame,
    NavGroup, NavItem, Note, Pager, Row, STYLESHEET, Search, Sheet, SignedIn, Tab, Table, Theme, Tone,
    render, render_login,
};

fn main() -> io::Result<()> {
    let folder = env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("understudy.css"), STYLESHEET)?;
    for theme in Theme::ALL {
        let key = theme.key();
        write(folder, &format!("{key}-list"), &render(&frame(theme), &list()))?;
        write(folder, &format!("{key}-form"), &render(&frame(theme), &form()))?;
        write(folder, &format!("{key}-matrix"), &render(&frame(theme), &matrix()))?;
        write(folder, &format!("{key}-home"), &render(&frame(theme), &home()))?;
        write(folder, &format!("{key}-login"), &render_login(&login(theme)))?;
    }
    Ok(())
}

/// Opened from a folder, a page finds its stylesheet beside it.
fn write(folder: &Path, name: &str, html: &str) -> io::Result<()> {
    fs::write(
        folder.join(format!("{name}.html")),
        html.replace("href=\"/understudy.css\"", "href=\"understudy.css\""),
    )
}

const LAB_NOTICE: &str =
    "Understudy, a lab stand-in. Not made by, endorsed by or connected with the product's vendor.";

fn product(theme: Theme) -> &'static str {
    match theme {
        Theme::AppSuite => "Office Application Suite",
        Theme::Generic => "Example PBX",
        Theme::MicloudPortal => "MiCloud Management Portal",
        Theme::MxOne => "MiVoice MX-ONE",
        Theme::Office400 => "MiVoice Office 400",
        Theme::Oig => "Open Integration Gateway",
    }
}

fn frame(theme: Theme) -> Frame {
    let item = |label: &str, code: &str, current| {
        let item = NavItem::new(label, "/here").current(current);
        if theme == Theme::Office400 { item.code(code) } else { item }
    };
    Frame {
        product: product(theme).to_owned(),
        theme,
        site: theme.key().to_owned(),
        heading: "Release 7.x".to_owned(),
        nav: vec![
            NavGroup::new("Configuration")
                .item(item("Overview", "=t0", false))
                .item(item("Subscribers", "=t1", true))
                .item(item("Terminals", "=t2", false))
                .item(item("Call routing", "=t3", false)),
            NavGroup::new("Access")
                .item(item("Accounts", "=a1", false))
                .item(item("Roles and permissions", "=a2", false))
                .item(item("Password rules", "=a3", false)),
            NavGroup::new("Maintenance").item(item("Logs", "=m1", false)).item(item(
                "Backup and restore",
                "=m2",
                false,
            )),
        ],
        signed_in: Some(SignedIn { name: "ines.okafor".to_owned(), role: "System administrator".to_owned() }),
        logout: Some("/logout".to_owned()),
        notices: vec![Note::success("Subscriber 2004 was saved.")],
        csrf: Some(Csrf::new("example")),
        lab_notice: LAB_NOTICE.to_owned(),
        time: "2026-11-22 09:00:00 UTC".to_owned(),
    }
}

fn list() -> Sheet {
    let people = [
        ("2001", "Ines Okafor", "Reception", "192.0.2.21", Cell::badge(Tone::Success, "Registered")),
        ("2002", "Bram de Witt", "Sales", "192.0.2.22", Cell::badge(Tone::Info, "Idle")),
        ("2003", "Yuki Halvorsen", "Sales", "192.0.2.23", Cell::badge(Tone::Warning, "Password expires")),
        ("2004", "Marisol Quint", "Accounts", "192.0.2.24", Cell::badge(Tone::Error, "Locked out")),
        ("2005", "Tomasz Lindqvist", "Warehouse", "192.0.2.25", Cell::badge(Tone::Success, "Registered")),
    ];
    let mut table = Table::new("Subscribers")
        .column("Number")
        .column("Name")
        .column("Department")
        .column("Address")
        .column(Column::number("Voice mails"))
        .column("Recorded")
        .column("State")
        .search(Search {
            name: "q".to_owned(),
            label: "Number or name".to_owned(),
            value: String::new(),
            ..Search::default()
        })
        .pager(Pager {
            position: "1 to 5 of 1,284".to_owned(),
            previous: None,
            next: Some("?after=2005".to_owned()),
        });
    for (index, (number, name, department, address, state)) in people.into_iter().enumerate() {
        let row = Row::new([
            Cell::link(format!("/subscribers/{number}"), number),
            name.into(),
            department.into(),
            Cell::mono(address),
            (index * 3).to_string().into(),
            (index % 2 == 0).into(),
            state,
        ]);
        table = table.row(
            row.action(Form::button("/subscribers/edit", "Edit").hidden("number", number))
                .action(Form::button("/subscribers/delete", "Delete").hidden("number", number).danger()),
        );
    }
    Sheet::new("Subscribers")
        .intro("Everyone with an extension on this system. Erasing a subscriber also removes voice mail and call data.")
        .block(table)
}

fn form() -> Sheet {
    let form = Form::post("subscriber", "/subscribers/2004", "Save")
        .legend("Subscriber 2004")
        .field(Field::text("name", "Name").value("Marisol Quint").required())
        .field(
            Field::new("mail", "Mail address", FieldKind::Email)
                .value("marisol.quint@example")
                .error("This is not a mail address: the part after @ needs a dot."),
        )
        .field(Field::select(
            "class",
            "Class of service",
            [
                Choice::new("0", "Internal only"),
                Choice::new("1", "National"),
                Choice::new("2", "Unrestricted"),
            ],
        ))
        .field(Field::number("rings", "Rings before voice mail", 1, 20).value("5").hint("From 1 to 20."))
        .field(
            Field::password("pin", "New PIN", Autocomplete::New)
                .hint("4 to 10 digits. Leave empty to keep the present one."),
        )
        .field(Field::checkbox("record", "Record calls", true).hint("Callers hear an announcement first."));
    let facts = Facts::new("Account")
        .fact("Last login", "2026-11-21 16:42:10 UTC")
        .fact("Source", Cell::mono("198.51.100.14"))
        .fact("Two-factor login", true)
        .fact("State", Cell::badge(Tone::Error, "Locked out"));
    let erase = Form::post("erase", "/subscribers/2004/erase", "Erase subscriber")
        .legend("Erase this subscriber")
        .danger()
        .field(
            Field::text("confirm", "Type the number to confirm").hint("This cannot be undone.").required(),
        );
    Sheet::new("Edit subscriber").block(form).block(facts).block(erase)
}

fn matrix() -> Sheet {
    let roles = ["System administrator", "Installer", "Customer admin", "Hotline", "Auditor", "Reception"];
    let rights = [
        "View configuration",
        "Change configuration",
        "Manage accounts",
        "Read audit log",
        "Clear logs",
        "Backup",
        "Erase a person",
    ];
    let mut table = Table::new("Roles and permissions").matrix().column("Permission");
    for role in roles {
        table = table.column(role);
    }
    for (row, right) in rights.into_iter().enumerate() {
        let marks = (0..roles.len()).map(|column| Cell::from(row + column * 2 < 8));
        table = table.row(Row::new([Cell::from(right)].into_iter().chain(marks)));
    }
    Sheet::new("Roles and permissions").intro("What each role may do on this system.").block(table).block(
        Table::new("Sessions").column("Account").column("Since").empty("No other account is logged in."),
    )
}

fn home() -> Sheet {
    let link =
        |text: &str, hint: &str| Link { href: "/x".to_owned(), text: text.to_owned(), hint: hint.to_owned() };
    Sheet::new("Overview")
        .block(pbx_page::Block::Links(vec![
            link("Subscribers", "1,284 extensions, 3 locked out"),
            link("Accounts", "12 accounts in 4 roles"),
            link("Audit log", "Newest entry a minute ago"),
            link("Backup", "Last night, 48 MB"),
        ]))
        .block(Note::warning("Two accounts still use the password they were shipped with."))
        .block(Note::info("SSH access is off. It can be turned on under Access."))
        .block(
            Facts::new("System")
                .fact("Name", "hq-north")
                .fact("Address", Cell::mono("192.0.2.10"))
                .fact("Started", "2026-11-20 04:12:31 UTC")
                .fact("Licence", Cell::badge(Tone::Success, "Valid")),
        )
        .block(pbx_page::Block::Preformatted {
            label: "Newest log lines".to_owned(),
            text: "09:00:00 INFO  login accepted account=ines.okafor source=198.51.100.14\n08:59:12 WARN  login rejected account=guest source=203.0.113.77 reason=unknown-account-or-password\n".to_owned(),
        })
        .block(pbx_page::Block::Actions(vec![Form::button("/restart", "Restart services").danger(), Form::button("/backup", "Back up now")]))
}

fn login(theme: Theme) -> LoginFrame {
    LoginFrame {
        product: product(theme).to_owned(),
        theme,
        site: theme.key().to_owned(),
        heading: "Log in".to_owned(),
        banner: vec!["Authorised use only. What you do here is recorded.".to_owned()],
        tabs: if theme == Theme::Office400 {
            vec![
                Tab { label: "Password".to_owned(), href: "?by=password".to_owned(), current: true },
                Tab { label: "PIN".to_owned(), href: "?by=pin".to_owned(), current: false },
            ]
        } else {
            Vec::new()
        },
        form: Form::post("login", "/login", "Log in")
            .field(Field::text("userId", "User name").autocomplete("username").required())
            .field(Field::password("password", "Password", Autocomplete::Current).required()),
        notices: vec![Note::error("The user name or password is wrong.")],
        csrf: Some(Csrf::new("example")),
        lab_notice: LAB_NOTICE.to_owned(),
        time: "2026-11-22 09:00:00 UTC".to_owned(),
    }
}
