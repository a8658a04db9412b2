use pbx_kernel::Surface;

use crate::engine::rig::{Rig, caller};
use crate::engine::shell::exec;

/// A Service Node with one extension, whose user the Provisioning Manager knows.
fn rig() -> (Rig, String) {
    let mut rig = Rig::named("mx-one");
    let token = rig.token(caller("ivo.brandt", "Lab-Mx1-ivo!", Surface::Api));
    let user = r#"{"first-name":"Mia","last-name":"Lund","extension":"2107","mobile":"+41 79 555 01 07"}"#;
    assert_eq!(rig.call("POST", "/pm-api/v1/end-users", &token, user).status, 200);
    let extension = r#"{"extensionNumber":"2107"}"#;
    let path = "/pm-extension-ms/pm-extension/v1/ip";
    assert_eq!(rig.call("POST", path, &token, extension).status, 200);
    let name = r#"{"name1":"Mia","name2":"Lund"}"#;
    assert_eq!(rig.call("POST", "/pm-api/v1/names/2107", &token, name).status, 200);
    (rig, token)
}

#[test]
fn erasing_at_the_node_leaves_the_user_in_the_provisioning_manager() {
    let (mut rig, token) = rig();
    let session = rig.session(caller("level7", "Lab-Mx1-level7!", Surface::Ssh));
    let (before, _) = exec(&mut rig, &session, "name -p -d 2107");
    assert!(before.contains("\"Mia\""), "{before}");
    assert_eq!(exec(&mut rig, &session, "extension -e -d 2107"), ("Executed.\n".to_owned(), Some(0)));
    let (after, _) = exec(&mut rig, &session, "name -p");
    assert!(!after.contains("Mia"), "{after}");
    let user = rig.call("GET", "/pm-api/v1/end-users/2107", &token, "");
    assert!(String::from_utf8_lossy(&user.body).contains("\"last-name\":\"Lund\""));
    let refused = exec(&mut rig, &session, "diversion -e -d 2107");
    assert_eq!(refused, ("Not accepted: There is no diversion \"2107\".\n".to_owned(), Some(1)));
}

#[test]
fn a_user_deleted_with_all_services_is_gone_from_manager_and_node_and_not_from_the_audit_log() {
    let (mut rig, token) = rig();
    let path = "/pm-api/v1/end-users/2107/services";
    assert_eq!(rig.call("DELETE", path, &token, "").status, 200);
    assert_eq!(rig.call("GET", "/pm-api/v1/end-users/2107", &token, "").status, 404);
    let root = rig.session(caller("root", "Lab-Mx1-root!", Surface::Ssh));
    let (extensions, _) = exec(&mut rig, &root, "extension -p");
    assert!(!extensions.contains("2107"), "{extensions}");
    // MX-064: nobody can delete what the audit log says.
    let (audit, _) = exec(&mut rig, &root, "log -p --log audit");
    assert!(audit.contains("person.removed-with-services") && audit.contains("Mia Lund"), "{audit}");
}

#[test]
fn call_details_are_not_erased_for_one_extension() {
    let (mut rig, _) = rig();
    let admin = rig.session(caller("mxone_admin", "Lab-Mx1-admin!", Surface::Ssh));
    let (refused, status) = exec(&mut rig, &admin, "callinfo -e -d 2107");
    assert!(refused.starts_with("Not accepted: Call detail records: ") && refused.contains("MX-062"));
    assert_eq!(status, Some(1));
    let cleared = exec(&mut rig, &admin, "callinfo -e");
    assert_eq!(cleared, ("Call detail records: 0 erased.\n".to_owned(), Some(0)));
}
