//! The user list as a file, there and back.

use std::collections::BTreeMap;

use pbx_estate::{Refusal, Reply};
use pbx_kernel::{Surface, Timestamp};
use pbx_page::{Block, Sheet};
use pbx_policy::{FieldId, SubjectKind};
use proptest::prelude::*;

use super::lab::Lab;
use crate::permission::{USERS_IMPORT, USERS_READ};
use crate::users;

const THREE: &str = "\
name,email,number,department,mark_as_delete\r
Jana Roth,jana.roth@lab.example,+41 32 555 01 01,Sales,\r
Omar Haddad,omar.haddad@lab.example,+41 32 555 01 02,\"Support, second line\",\r
Lin Wu,lin.wu@lab.example,+41 32 555 01 03,,No\r
";

/// A gateway with the three users.
fn lab() -> Lab {
    let mut lab = Lab::over(Surface::Web);
    assert_eq!(upload(&mut lab, THREE), Ok(done("3 made, 0 changed, 0 deleted, 0 as they were")));
    lab
}

fn upload(lab: &mut Lab, text: &str) -> Result<Reply, Refusal> {
    lab.run(USERS_IMPORT, users::import, &[("csv", text)])
}

fn export(lab: &mut Lab) -> String {
    match lab.run(USERS_READ, users::export, &[]) {
        Ok(Reply::Document(document)) => String::from_utf8(document.bytes).expect("UTF-8"),
        reply => panic!("{reply:?}"),
    }
}

fn done(what: &str) -> Reply {
    Reply::Done(format!("The user list was uploaded: {what}."))
}

fn names(lab: &Lab) -> Vec<String> {
    lab.people().iter().map(pbx_estate::people::Person::name).collect()
}

/// Uploads a file that is refused: `why` is its fault, and nothing at all may have changed.
#[track_caller]
fn refused(lab: &mut Lab, text: &str, why: &str) {
    let before = lab.memory.0.clone();
    let refusal = upload(lab, text).expect_err("it is refused");
    let said = refusal.to_string();
    assert!(said.contains(why), "{said}");
    assert!(said.starts_with("The value of \"csv\" was not taken, and nothing was changed: line "), "{said}");
    assert_eq!(lab.memory.0, before);
}

#[test]
fn what_was_exported_can_be_uploaded_as_it_is() {
    let mut lab = lab();
    let exported = export(&mut lab);
    let head = exported.lines().next().expect("a line");
    assert_eq!(
        head,
        "name,email,number,language,location,title,department,company,address,city,state,postal_code,mark_as_delete"
    );
    assert!(exported.contains("\"Support, second line\""), "{exported}");
    let before = lab.memory.0.clone();
    assert_eq!(upload(&mut lab, &exported), Ok(done("0 made, 0 changed, 0 deleted, 3 as they were")));
    assert_eq!(lab.memory.0, before);
}

#[test]
fn yes_in_any_case_deletes_the_user_of_the_row_and_nobody_else() {
    let mut lab = lab();
    for (yes, left) in [("YES", 2), ("yes", 1), ("Yes", 0)] {
        let person = lab.people().remove(0);
        let address = person.get(FieldId::Email).to_uppercase();
        let file = format!("email,mark_as_delete\n{address},{yes}\n");
        assert_eq!(upload(&mut lab, &file), Ok(done("0 made, 0 changed, 1 deleted, 0 as they were")));
        assert_eq!(lab.people().len(), left);
        let [event] = lab.events.as_slice() else { panic!("one event: {:?}", lab.events) };
        assert_eq!((event.name, event.object.clone()), ("person.removed", Some(("person", person.token))));
    }
}

#[test]
fn what_other_stores_hold_of_a_deleted_user_stays_because_the_paper_names_no_way() {
    let mut lab = lab();
    let user = lab.people().remove(0);
    lab.put(|people| {
        let fields = BTreeMap::from([(FieldId::Number, "+41 32 555 01 09".to_owned())]);
        for store in ["call-list", "consents"] {
            people
                .add_item(store, user.number, Timestamp::default(), fields.clone(), Vec::new(), None)
                .expect("added");
        }
    });
    upload(&mut lab, "email,mark_as_delete\njana.roth@lab.example,Yes\n").expect("done");
    let held = lab.look(|people| {
        ["call-list", "consents"].map(|store| people.count(store, user.number).expect("counted"))
    });
    assert_eq!(held, [1, 1]);
    assert_eq!(names(&lab), ["Omar Haddad", "Lin Wu"]);
}

#[test]
fn a_row_changes_what_its_columns_say_and_leaves_the_rest() {
    let mut lab = lab();
    let file = "email,department,mark_as_delete\nlin.wu@lab.example,Research,\n";
    assert_eq!(upload(&mut lab, file), Ok(done("0 made, 1 changed, 0 deleted, 0 as they were")));
    let lin = lab.people().remove(2);
    let fields = [FieldId::Name, FieldId::Number, FieldId::Department].map(|it| lin.get(it).to_owned());
    assert_eq!(fields, ["Lin Wu", "+41 32 555 01 03", "Research"]);
    assert_eq!(lab.events.iter().map(|it| it.name).collect::<Vec<_>>(), ["person.changed"]);
}

#[test]
fn a_number_can_pass_from_a_deleted_user_to_another() {
    let mut lab = lab();
    let file = "\
name,email,number,mark_as_delete
Ada Kern,ada.kern@lab.example,+41 32 555 01 01,
Jana Roth,jana.roth@lab.example,+41 32 555 01 01,Yes
";
    assert_eq!(upload(&mut lab, file), Ok(done("1 made, 0 changed, 1 deleted, 0 as they were")));
    let found = lab.look(|people| people.named("+41325550101").expect("found").map(|it| it.name()));
    assert_eq!(found.as_deref(), Some("Ada Kern"));
}

#[test]
fn anything_else_in_the_mark_is_an_error_for_the_whole_file() {
    let mut lab = lab();
    for mark in ["1", "true", "Y", "Yess", "delete", "x"] {
        let file = format!(
            "email,mark_as_delete\njana.roth@lab.example,Yes\nlin.wu@lab.example,no\nomar.haddad@lab.example,{mark}\n"
        );
        refused(&mut lab, &file, &format!("line 4 has \"{mark}\" under mark_as_delete"));
    }
    assert_eq!(names(&lab), ["Jana Roth", "Omar Haddad", "Lin Wu"]);
}

#[test]
fn people_who_are_unknown_or_named_twice_are_errors() {
    let mut lab = lab();
    let head = "name,email,number,mark_as_delete";
    for (rows, why) in [
        ("Jana Roth,jana.roth@lab.example,,\nX,nobody@lab.example,,Yes", "line 3 marks somebody who is not"),
        ("A,a@lab.example,,\nB,A@LAB.example,,", "line 3 names a user that an earlier line names"),
        ("A,a@lab.example,,\nB,,,", "line 3 has no e-mail address"),
        (
            "A,a@lab.example,5550101,\nB,b@lab.example,555 01 01,",
            "line 3 has a number that belongs to another",
        ),
        ("A,a@lab.example,+41325550102,", "line 2 has a number that belongs to another"),
        ("A,a@lab.example,,\n,b@lab.example,,", "line 3 is refused: A value for \"name\" is needed"),
        ("A,not an address,,", "line 2 is refused: The value of \"email\" must be an e-mail address"),
        (
            "A,a@lab.example,extension,",
            "line 2 is refused: The value of \"number\" must be a telephone number",
        ),
    ] {
        refused(&mut lab, &format!("{head}\n{rows}\n"), why);
    }
}

#[test]
fn somebody_who_is_no_user_cannot_be_deleted_with_the_list() {
    let mut lab = lab();
    lab.put(|people| {
        let fields = [(FieldId::Name, "admin"), (FieldId::Email, "admin@lab.example")];
        let fields = fields.map(|(field, value)| (field, value.to_owned())).into();
        people.add(SubjectKind::Administrators, fields, Timestamp::default()).expect("added");
    });
    refused(&mut lab, "email,mark_as_delete\nadmin@lab.example,Yes\n", "line 2 marks somebody who is not");
    refused(
        &mut lab,
        "name,email,mark_as_delete\nX,admin@lab.example,\n",
        "line 2 has a email that belongs to another user",
    );
    assert!(!export(&mut lab).contains("admin"));
}

#[test]
fn a_broken_file_is_refused_with_its_line() {
    let mut lab = lab();
    let good = "email,mark_as_delete\njana.roth@lab.example,Yes\n";
    for (text, why) in [
        (format!("{good}omar.haddad@lab.example\n"), "line 3 has 1 values where there are 2 columns"),
        (format!("{good}a@lab.example,No,No\n"), "line 3 has 3 values where there are 2 columns"),
        (format!("{good}\"lin.wu@lab.example,Yes\n"), "line 3 has a quotation mark"),
        (format!("{good}lin.wu@lab.example,\"Yes"), "line 3 has a quotation mark"),
        (format!("{good}\"lin\"wu@lab.example,Yes\n"), "line 3 has a quotation mark"),
        (format!("{good}lin\"wu@lab.example,Yes\n"), "line 3 has a quotation mark"),
        (format!("{good}li\u{fffd}@lab.example,Yes\n"), "line 3 is not in UTF-8"),
        (format!("{good}\"lin@lab\n.example\",No\n"), "line 3 is refused"),
        (good.replace("email", "e-mail"), "line 1 names a column \"e-mail\" that there is not"),
        (good.replace("mark_as_delete", "email"), "line 1 names the column \"email\" twice"),
        ("email\na@lab.example\n".to_owned(), "line 1 should name the column \"mark_as_delete\""),
        ("email,mark_as_delete\r\n\r\na@lab.example\r\n".to_owned(), "line 3 has 1 values"),
        ("mark_as_delete\nYes\n".to_owned(), "line 1 should name the column \"email\""),
    ] {
        refused(&mut lab, &text, why);
    }
    assert_eq!(upload(&mut lab, " \n"), Err(Refusal::Missing("csv")));
}

#[test]
fn a_byte_order_mark_and_other_line_ends_are_taken() {
    let mut lab = lab();
    for file in [
        "\u{feff}email,mark_as_delete\r\njana.roth@lab.example,Yes\r\n",
        "mark_as_delete,email\nYES,lin.wu@lab.example",
    ] {
        assert_eq!(upload(&mut lab, file), Ok(done("0 made, 0 changed, 1 deleted, 0 as they were")));
    }
    assert_eq!(names(&lab), ["Omar Haddad"]);
}

#[test]
fn nobody_is_deleted_where_the_paper_names_another_face() {
    let mut lab = Lab::over(Surface::Ssh);
    upload(&mut lab, THREE).expect("made");
    let refusal = upload(&mut lab, "email,mark_as_delete\njana.roth@lab.example,Yes\n");
    assert_eq!(refusal, Err(Refusal::Conflict("Users: this is done over web or api only.".to_owned())));
    assert_eq!(lab.people().len(), 3);
}

/// The ids of the forms of a page, and its notes.
fn forms_and_notes(sheet: Sheet) -> (Vec<String>, String) {
    let (mut forms, mut notes) = (Vec::new(), String::new());
    for block in sheet.blocks {
        match block {
            Block::Form(form) => forms.push(form.id),
            Block::Note(note) => notes += &note.text,
            _ => {}
        }
    }
    (forms, notes)
}

#[test]
fn the_users_tab_has_the_file_and_no_form_for_a_single_user() {
    let lab = lab();
    let (forms, _) = forms_and_notes(lab.opens("/oig/users", &[]).expect("shown"));
    assert_eq!(forms, ["list", "import"]);
    let one = lab.opens("/oig/users", &[("person", "lin.wu@lab.example")]).expect("shown");
    assert_eq!(one.title, "Lin Wu");
    assert_eq!(forms_and_notes(one).0, ["export"]);
    let none = lab.opens("/oig/users", &[("person", "nobody@lab.example")]);
    assert_eq!(none, Err(Refusal::NoSuch("person", "nobody@lab.example".to_owned())));
}

#[test]
fn what_the_paper_names_no_way_for_is_shown_without_one() {
    let mut lab = lab();
    let user = lab.people().remove(0);
    lab.put(|people| {
        let fields = BTreeMap::from([(FieldId::Number, "+41 32 555 01 09".to_owned())]);
        people
            .add_item("call-list", user.number, Timestamp::default(), fields, Vec::new(), None)
            .expect("added");
    });
    for (path, control) in [
        ("/oig/call-history", "OIG-015"),
        ("/oig/call-detail-records", "OIG-015"),
        ("/oig/opt-ins", "OIG-020"),
    ] {
        let sheet = lab.opens(path, &[]).expect("shown");
        let rows = usize::from(path == "/oig/call-history");
        assert!(matches!(&sheet.blocks[0], Block::Table(table) if table.rows.len() == rows), "{path}");
        let (forms, notes) = forms_and_notes(sheet);
        assert_eq!(forms, [""; 0], "{path}");
        assert!(notes.contains("names no way") && notes.contains(control), "{path}: {notes}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_users_hold_comes_back_as_it_went(
        values in proptest::collection::vec("[ -~äöüß,;\"']{0,20}", 1..8),
    ) {
        let fields = [FieldId::Email, FieldId::Note];
        let users: Vec<BTreeMap<FieldId, String>> =
            values.iter().map(|it| BTreeMap::from([(FieldId::Note, it.clone())])).collect();
        let bytes = users::file::write(&fields, &users);
        let lines = users::file::read(&fields, std::str::from_utf8(&bytes).expect("UTF-8")).expect("it reads");
        let read: Vec<&str> = lines.iter().map(|it| it.values[1].1.as_str()).collect();
        prop_assert_eq!(read, values);
        prop_assert!(lines.iter().all(|it| !it.is_deleted));
        prop_assert!(lines.iter().zip(2..).all(|(line, number)| line.number == number));
    }
}
