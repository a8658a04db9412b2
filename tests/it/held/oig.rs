use pbx_kernel::Surface;
use pbx_site::Response;

use crate::engine::rig::{Rig, caller};
use crate::engine::web::{Ticket, request};

const TWO: &str = "\
name,email,number,mark_as_delete\r
Jana Roth,jana.roth@lab.example,+41 32 555 01 01,\r
Lin Wu,lin.wu@lab.example,+41 32 555 01 03,\r
";

fn upload(rig: &mut Rig, token: &str, file: &[u8]) -> Response {
    let mut request = request(rig, "PUT", "/api/user-list", Ticket::Bearer(token), "");
    request.headers.insert("content-type".to_owned(), "text/csv; charset=utf-8".to_owned());
    request.body = file.to_vec();
    rig.send(&request)
}

fn text(response: Response) -> String {
    String::from_utf8(response.body).expect("text")
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers.iter().find(|(it, _)| *it == name).map(|(_, value)| value.as_str())
}

#[test]
fn a_user_list_is_uploaded_as_a_file_and_whom_it_deletes_only_the_log_remembers() {
    let mut rig = Rig::named("oig");
    let token = rig.token(caller("admin", "Lab-Oig1-gate!", Surface::Api));
    assert_eq!(upload(&mut rig, &token, TWO.as_bytes()).status, 200);
    let from = rig.site.trail_len();

    let marked = TWO.replace("01 01,\r", "01 01,yes\r");
    let broken = marked.replace("01 03,\r", "01 03,perhaps\r");
    let refused = upload(&mut rig, &token, broken.as_bytes());
    assert_eq!(refused.status, 400);
    assert!(text(refused).contains("line 3 has \\\"perhaps\\\""));
    let latin = [marked.as_bytes(), b"J\xfcrg,juerg@lab.example,,\r\n"].concat();
    let refused = upload(&mut rig, &token, &latin);
    assert_eq!(refused.status, 400);
    assert!(text(refused).contains("line 4 is not in UTF-8"));
    assert!(text(rig.call("GET", "/api/users", &token, "")).contains("Jana Roth"));

    let done = upload(&mut rig, &token, marked.as_bytes());
    assert_eq!(done.status, 200);
    assert!(text(done).contains("0 made, 0 changed, 1 deleted, 1 as they were"));
    let users = text(rig.call("GET", "/api/users", &token, ""));
    assert!(users.contains("Lin Wu") && !users.contains("Jana"), "{users}");

    let events = rig.events(from);
    assert_eq!(events.iter().filter(|it| *it == "person.removed").count(), 1, "{events:?}");
    assert!(rig.lines().iter().all(|it| !String::from_utf8_lossy(&it.0).contains("jana.roth")));
    // OIG-056: what the system log says of a deleted user stays.
    assert!(text(rig.call("GET", "/api/logs/messages", &token, "")).contains("Jana Roth"));
}

#[test]
fn an_export_is_a_file_and_comes_back_from_the_pages_form() {
    let mut rig = Rig::named("oig");
    let token = rig.token(caller("admin", "Lab-Oig1-gate!", Surface::Web));
    let sent = rig.post(&token, "/oig/users?do=import", &[("csv", TWO)]);
    assert_eq!((sent.status, header(&sent, "location")), (303, Some("/oig/users")));
    let file = rig.post(&token, "/oig/users?do=list", &[]);
    assert_eq!(header(&file, "content-disposition"), Some("attachment; filename=\"users.csv\""));
    let file = text(file).replace("01 03,,,,,,,,,,", "01 03,,,,,,,,,,YES");
    let page = rig.post(&token, "/oig/users?do=import", &[("csv", &file.replace("YES", "maybe"))]);
    assert_eq!(page.status, 422);
    let page = text(page);
    assert!(page.contains("line 3 has") && page.contains("lin.wu@lab.example"), "what was typed stays");
    assert_eq!(rig.post(&token, "/oig/users?do=import", &[("csv", &file)]).status, 303);
    let users = text(rig.get(Ticket::Cookie(&token), "/oig/users"));
    assert!(users.contains("Jana Roth") && !users.contains("Lin Wu"));
}
