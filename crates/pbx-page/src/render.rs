use askama::Template;

use crate::form::{Choice, Field, FieldKind, Form, FormTone};
use crate::frame::{Csrf, Frame, LoginFrame};
use crate::sheet::{Block, Sheet};
use crate::table::Cell;
use crate::{NavPlace, STYLESHEET_PATH};

/// The whole document of `sheet` within `frame`.
pub fn render(frame: &Frame, sheet: &Sheet) -> String {
    written(Page { frame, sheet, csrf: token(frame.csrf.as_ref()) }.render())
}

/// The whole document of the page before login.
pub fn render_login(frame: &LoginFrame) -> String {
    written(LoginPage { frame, csrf: token(frame.csrf.as_ref()) }.render())
}

/// The document, or an empty one: a template only fails where formatting into memory does.
fn written(rendered: Result<String, askama::Error>) -> String {
    rendered.unwrap_or_default()
}

/// The token to send along. Where there is none the field is empty, so that the engine refuses the form.
fn token(csrf: Option<&Csrf>) -> &str {
    csrf.map_or("", Csrf::expose_token)
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    frame: &'a Frame,
    sheet: &'a Sheet,
    csrf: &'a str,
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    frame: &'a LoginFrame,
    csrf: &'a str,
}

/// `href` if it stays on this origin, else a way to nowhere.
///
/// A browser strips control characters and reads `\` as `/`, so neither may hide a scheme or a host.
fn local(href: &str) -> &str {
    let stays = match href.as_bytes() {
        [b'/', b'/' | b'\\', ..] => false,
        [] | [b'/' | b'?' | b'#', ..] => true,
        [_, ..] => false,
    };
    if stays && !href.chars().any(char::is_control) { href } else { "#" }
}

/// The id of a field's control: unique on the page as long as forms have ids of their own.
fn control_id(form: &Form, field: &Field) -> String {
    let prefix = if form.id.is_empty() { "form" } else { &form.id };
    let control = format!("{}-{}", id(prefix), id(&field.name));
    match field.kind {
        FieldKind::Option { .. } => format!("{control}-{}", id(&field.value)),
        _ => control,
    }
}

/// `text` as an id: what is neither letter, digit, `-` nor `_` becomes `-`.
fn id(text: &str) -> String {
    text.chars().map(|it| if it.is_ascii_alphanumeric() || it == '_' { it } else { '-' }).collect()
}

/// The value of `aria-describedby`: the ids of the hint and the error that a field has.
fn descriptions(field: &Field, control: &str) -> String {
    let hint = (!field.hint.is_empty()).then(|| format!("{control}-hint"));
    let error = field.error.is_some().then(|| format!("{control}-error"));
    hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
}

/// The first character of a name in upper case, for the disc beside it.
fn initial(name: &str) -> String {
    name.chars().next().map(|it| it.to_uppercase().collect()).unwrap_or_default()
}

/// Whether `option` is what the field is set to.
fn is_chosen(option: &Choice, field: &Field) -> bool {
    option.value == field.value
}
