use crate::{
    Autocomplete, Block, Cell, Choice, Column, Csrf, Fact, Facts, Field, FieldKind, Form, Frame, Link,
    LoginFrame, NavGroup, NavItem, Note, Pager, Row, Search, Sheet, SignedIn, Tab, Table, Theme, Tone,
    render, render_login,
};

/// Breaks out of text, of either kind of quoted attribute, and of a textarea, if it is let.
const HOSTILE: &str = "</textarea></title>\"'><script>alert(1)</script>&amp;";

fn frame() -> Frame {
    Frame {
        product: "Example PBX".to_owned(),
        theme: Theme::Generic,
        site: "site-1".to_owned(),
        heading: "1.0".to_owned(),
        nav: vec![
            NavGroup::new("One").item(NavItem::new("Accounts", "/accounts").current(true).code("=t0")),
            NavGroup::new("Two").item(NavItem::new("Logs", "/logs")),
        ],
        signed_in: Some(SignedIn { name: "ada".to_owned(), role: "Auditor".to_owned() }),
        logout: Some("/logout".to_owned()),
        notices: vec![Note::error("Refused.")],
        csrf: Some(Csrf::new("t0ken")),
        lab_notice: "A lab stand-in.".to_owned(),
        time: "09:00".to_owned(),
    }
}

/// One of everything, every text of it `text`.
fn everything(text: &str) -> (Frame, Sheet) {
    let link = || Cell::link(format!("/{text}"), text);
    let table = Table::new(text)
        .column(text)
        .column(Column::number(text))
        .row(
            Row::new([
                link(),
                Cell::mono(text),
                Cell::badge(Tone::Error, text),
                Cell::from(text),
                Cell::Yes,
                Cell::No,
            ])
            .action(Form::button(format!("/{text}"), text).hidden(text, text).danger()),
        )
        .pager(Pager {
            position: text.to_owned(),
            previous: Some(format!("?{text}")),
            next: Some(format!("?{text}")),
        })
        .search(Search {
            action: format!("/{text}"),
            name: text.to_owned(),
            label: text.to_owned(),
            value: text.to_owned(),
            hidden: vec![(text.to_owned(), text.to_owned())],
        });
    let sheet = Sheet::new(text)
        .intro(text)
        .block(Block::Actions(vec![Form::button("/a", text)]))
        .block(Facts {
            caption: text.to_owned(),
            facts: vec![Fact { label: text.to_owned(), value: link() }],
        })
        .block(every_field(text))
        .block(Block::Heading(text.to_owned()))
        .block(Block::Links(vec![Link {
            href: format!("/{text}"),
            text: text.to_owned(),
            hint: text.to_owned(),
        }]))
        .block(Note::info(text))
        .block(Block::Preformatted { label: text.to_owned(), text: text.to_owned() })
        .block(table)
        .block(Table::new(text).empty(text))
        .block(Block::Text(text.to_owned()));
    let frame = Frame {
        product: text.to_owned(),
        site: text.to_owned(),
        heading: text.to_owned(),
        nav: vec![NavGroup::new(text).item(NavItem::new(text, format!("/{text}")).code(text))],
        signed_in: Some(SignedIn { name: text.to_owned(), role: text.to_owned() }),
        logout: Some(format!("/{text}")),
        notices: vec![Note::warning(text)],
        csrf: Some(Csrf::new(text)),
        lab_notice: text.to_owned(),
        time: text.to_owned(),
        ..frame()
    };
    (frame, sheet)
}

fn every_field(text: &str) -> Form {
    let kinds = [
        FieldKind::Checkbox,
        FieldKind::Option { ticked: true },
        FieldKind::Date,
        FieldKind::Email,
        FieldKind::File,
        FieldKind::Number { min: 1, max: 2 },
        FieldKind::Password { autocomplete: Autocomplete::New },
        FieldKind::Select { options: vec![Choice::new(text, text)] },
        FieldKind::Text,
        FieldKind::Textarea,
    ];
    let fields = kinds.into_iter().enumerate().map(|(index, kind)| {
        let field = Field::new(format!("{text}{index}"), text, kind).value(text).hint(text).error(text);
        field.autocomplete(text).required()
    });
    let form = Form::post(text, format!("/{text}"), text).legend(text).hidden(text, text);
    fields.fold(form, Form::field)
}

/// The values of every attribute `name` in `html`.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let mark = format!(" {name}=\"");
    html.split(&mark).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn hostile_text_stays_text_everywhere() {
    let (frame, sheet) = everything(HOSTILE);
    let login = LoginFrame {
        product: HOSTILE.to_owned(),
        heading: HOSTILE.to_owned(),
        banner: vec![HOSTILE.to_owned()],
        tabs: vec![Tab { label: HOSTILE.to_owned(), href: format!("?{HOSTILE}"), current: true }],
        form: every_field(HOSTILE),
        ..LoginFrame::default()
    };
    for html in [render(&frame, &sheet), render_login(&login)] {
        assert!(html.contains("alert(1)"), "the text is there");
        assert!(!html.contains("<script"), "no element");
        assert!(!html.contains("\"'>"), "no way out of an attribute");
        assert_eq!(html.matches("</title>").count(), 1);
        assert_eq!(html.matches("</textarea>").count(), 1);
    }
}

#[test]
fn the_same_elements_stand_around_hostile_and_harmless_text() {
    let elements = |text: &str| {
        let (frame, sheet) = everything(text);
        render(&frame, &sheet).matches('<').count()
    };
    assert_eq!(elements(HOSTILE), elements("harmless"));
}

#[test]
fn every_posting_form_carries_the_token_and_no_getting_form_does() {
    let (_, sheet) = everything("x");
    let html = render(&frame(), &sheet);
    let forms: Vec<_> = html.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next()).collect();
    assert!(forms.len() >= 4);
    for form in forms {
        let posts = form.contains("method=\"post\"");
        let carries = form.contains("<input type=\"hidden\" name=\"csrf\" value=\"t0ken\">");
        assert_eq!(posts, carries, "{form}");
    }
}

#[test]
fn the_token_is_not_in_debug_output() {
    assert!(!format!("{:?}", frame()).contains("t0ken"));
}

#[test]
fn ids_are_unique_and_every_reference_meets_one() {
    let (frame, sheet) = everything("x");
    let login = LoginFrame { form: every_field("x"), ..LoginFrame::default() };
    for html in [render(&frame, &sheet), render_login(&login)] {
        let mut ids = attributes(&html, "id");
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
        for name in ["for", "aria-describedby", "aria-labelledby", "popovertarget"] {
            for reference in attributes(&html, name).iter().flat_map(|value| value.split(' ')) {
                assert!(ids.contains(&reference), "{name}={reference}");
            }
        }
        for control in ["<input id", "<select id", "<textarea rows=\"4\" id"] {
            assert!(!html.contains(&format!("{control}=\"\"")));
        }
    }
}

#[test]
fn every_field_has_one_label() {
    let form = every_field("x");
    let fields = form.fields.len();
    let html = render(&frame(), &Sheet::new("x").block(form));
    assert_eq!(attributes(&html, "for").len(), fields);
}

#[test]
fn nothing_is_inline() {
    let (_, sheet) = everything("x");
    for theme in Theme::ALL {
        let html = render(&Frame { theme, ..frame() }, &sheet);
        for banned in
            ["<style", " style=", "<script", " onclick", " onload", "javascript:", "http://", "https://"]
        {
            assert!(!html.contains(banned), "{banned}");
        }
    }
    for banned in ["url(", "@import", "http"] {
        assert!(!crate::STYLESHEET.contains(banned), "{banned}");
    }
}

#[test]
fn typed_values_come_back_except_passwords() {
    let mut secret = Field::password("p", "Password", Autocomplete::Current).value("hunter2");
    assert_eq!(secret.value, "");
    secret.value = "hunter2".to_owned();
    let form = Form::post("f", "", "Save").field(Field::text("t", "Text").value("typed")).field(secret);
    let html = render(&frame(), &Sheet::new("x").block(form));
    assert!(html.contains("value=\"typed\""));
    assert!(!html.contains("hunter2"));
    assert!(html.contains("autocomplete=\"current-password\""));
}

#[test]
fn choices_and_ticks_show_what_is_set() {
    let form = Form::post("f", "", "Save")
        .field(Field::select("s", "S", [Choice::new("1", "One"), Choice::new("2", "Two")]).value("2"))
        .field(Field::checkbox("c", "C", true))
        .field(Field::checkbox("d", "D", false));
    let html = render(&frame(), &Sheet::new("x").block(form));
    assert!(html.contains("<option value=\"2\" selected>Two</option>"));
    assert_eq!(html.matches(" selected").count(), 1);
    assert_eq!(html.matches(" checked").count(), 1);
}

#[test]
fn only_a_form_with_a_file_is_multipart() {
    let plain = Form::post("f", "", "Save");
    let file = plain.clone().field(Field::new("f", "File", FieldKind::File));
    for (form, multipart) in [(plain, false), (file, true)] {
        let html = render(&frame(), &Sheet::new("x").block(form));
        assert_eq!(html.contains("enctype=\"multipart/form-data\""), multipart);
    }
}

#[test]
fn a_link_stays_on_this_origin_or_leads_nowhere() {
    let href = |href: &str| {
        let html = render(
            &Frame::default(),
            &Sheet::new("x").block(Facts::new("").fact("l", Cell::link(href, "here"))),
        );
        html.split("\">here").next().and_then(|it| it.rsplit("href=\"").next()).unwrap_or_default().to_owned()
    };
    for same in ["/", "/a?b=c", "?page=2", "#main", ""] {
        assert_eq!(href(same), same);
    }
    let hidden_scheme = "java\tscript:alert(1)";
    for elsewhere in
        ["//host/a", "/\\host", "https://host/", "javascript:alert(1)", hidden_scheme, "/\t/host", "a"]
    {
        assert_eq!(href(elsewhere), "#", "{elsewhere}");
    }
}

#[test]
fn the_first_cell_of_a_row_is_its_header_and_names_its_actions() {
    let row = Row::new(["2001", "Ada"]).action(Form::button("/delete", "Delete").hidden("number", "2001"));
    let html =
        render(&frame(), &Sheet::new("x").block(Table::new("t").column("Number").column("Name").row(row)));
    assert!(html.contains("<th scope=\"row\">2001</th><td class=\"start\">Ada</td>"));
    assert!(html.contains("Delete<span class=\"vh\"> 2001</span>"));
    assert!(html.contains("<div class=\"scroll\" role=\"region\" tabindex=\"0\""));
}

#[test]
fn marks_of_a_matrix_are_read_as_words() {
    let row = Row::new([Cell::from("Read"), true.into(), false.into()]);
    let table = Table::new("t").matrix().column("P").column("A").column("B").row(row);
    let html = render(&frame(), &Sheet::new("x").block(table));
    assert!(
        html.contains("<td class=\"center\"><span class=\"yes\"><span class=\"vh\">Yes</span></span></td>")
    );
    assert!(html.contains("<span class=\"no\"><span class=\"vh\">No</span></span>"));
}

#[test]
fn an_empty_table_says_so() {
    let html = render(&frame(), &Sheet::new("x").block(Table::new("t").column("a").empty("No accounts.")));
    assert!(html.contains("No accounts."));
    assert!(!html.contains("<table"));
}

#[test]
fn a_page_has_its_landmarks_language_and_lab_notice() {
    let html = render(&frame(), &Sheet::new("Accounts"));
    for part in [
        "<!doctype html>\n<html lang=\"en\" data-theme=\"generic\" data-nav=\"left\">",
        "<meta name=\"viewport\"",
        "<a class=\"skip\" href=\"#main\">",
        "<header",
        "<nav id=\"menu\"",
        "<main id=\"main\"",
        "<footer",
        "aria-current=\"page\"",
        "A lab stand-in.",
        "<title>Accounts · Example PBX · site-1</title>",
        "<h1>Accounts</h1>",
        "href=\"/understudy.css\"",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert_eq!(html.matches("<h1>").count(), 1);
}

#[test]
fn a_page_without_navigation_has_no_menu() {
    let html = render(&Frame { nav: Vec::new(), ..frame() }, &Sheet::new("x"));
    assert!(!html.contains("popover"));
}

#[test]
fn a_login_page_speaks_the_product_s_own_field_names() {
    let form = Form::post("login", "/login", "Log in")
        .field(Field::text("userId", "User").autocomplete("username").required())
        .field(Field::password("password", "Password", Autocomplete::Current).required());
    let html = render_login(&LoginFrame { form, csrf: Some(Csrf::new("t0ken")), ..LoginFrame::default() });
    for part in [
        "name=\"userId\"",
        "autocomplete=\"username\"",
        "name=\"password\"",
        "value=\"t0ken\"",
        "action=\"/login\"",
    ] {
        assert!(html.contains(part), "{part}");
    }
}
