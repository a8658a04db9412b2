use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{PrivateKey, PrivateKeyWithHashAlg};
use russh::{MethodKind, MethodSet};

use super::*;

#[tokio::test]
async fn a_wrong_password_leaves_every_way_open() {
    let (server, stream) = Server::start();
    let mut client = connect(stream).await;
    for _ in 0..3 {
        let result = client.authenticate_password("ada", "wrong").await.expect("an answer");
        let AuthResult::Failure { remaining_methods, partial_success } = result else { panic!("let in") };
        assert!(!partial_success);
        assert_eq!(
            remaining_methods,
            MethodSet::from([MethodKind::PublicKey, MethodKind::Password].as_slice())
        );
    }
    assert!(client.authenticate_password("ada", "right").await.expect("an answer").success());
    drop(client);
    assert_eq!(
        server.ended().await,
        ["ada wrong", "ada wrong", "ada wrong", "ada right", "the session ended"]
    );
}

#[tokio::test]
async fn the_failure_that_hangs_up_ends_the_connection() {
    let (server, stream) = Server::start();
    let mut client = connect(stream).await;
    let first = client.authenticate_password("eve", "guess").await;
    assert!(!first.is_ok_and(|it| it.success()));
    let second = client.authenticate_password("ada", "right").await;
    assert!(!second.is_ok_and(|it| it.success()));
    assert_eq!(server.ended().await, ["eve guess"]);
}

#[tokio::test]
async fn the_transport_ends_what_the_policy_lets_go_on_for_ever() {
    let (server, stream) = Server::start();
    let mut client = connect(stream).await;
    for _ in 0..40 {
        let _ = client.authenticate_password("bob", "guess").await;
    }
    assert_eq!(server.ended().await.len(), 20);
}

#[tokio::test]
async fn a_key_is_asked_for_before_it_is_tried() {
    let key = || {
        let pair = Ed25519Keypair::from_seed(&[1; 32]);
        PrivateKeyWithHashAlg::new(Arc::new(PrivateKey::from(pair)), None)
    };
    let (server, stream) = Server::start();
    let mut client = connect(stream).await;
    assert!(!client.authenticate_publickey("bob", key()).await.expect("an answer").success());
    assert!(client.authenticate_publickey("ada", key()).await.expect("an answer").success());
    drop(client);
    assert_eq!(server.ended().await, ["ada ssh-ed25519", "the session ended"], "bob's key was no attempt");
}

#[tokio::test]
async fn the_banner_is_shown_and_no_password_asked_for_by_other_ways() {
    let (_server, stream) = Server::start();
    let trusting = Trusting::default();
    let mut client =
        client::connect_stream(Arc::default(), stream, trusting.clone()).await.expect("a connection");
    let result = client.authenticate_none("ada").await.expect("an answer");
    let AuthResult::Failure { remaining_methods, .. } = result else { panic!("let in") };
    assert!(!remaining_methods.contains(&MethodKind::KeyboardInteractive));
    assert_eq!(*trusting.0.lock().expect("unlocked"), "Authorised use only\n");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_only_says_what_it_is_has_a_minute() {
    for text in ["", "SSH-2.0-x\r\n"] {
        let (server, mut stream) = Server::start();
        let begun = tokio::time::Instant::now();
        stream.write_all(text.as_bytes()).await.expect("written");
        assert!(server.ended().await.is_empty());
        let took = begun.elapsed();
        assert!((LOGIN_TIME_MAX..LOGIN_TIME_MAX * 2).contains(&took), "{text:?} took {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_logged_in_has_more_than_a_minute() {
    let (server, client) = logged_in().await;
    tokio::time::sleep(LOGIN_TIME_MAX * 2).await;
    assert!(!server.task.is_finished());
    tokio::time::sleep(Duration::from_mins(9)).await;
    assert_eq!(server.ended().await, ["ada right", "the session ended"], "until it is idle for too long");
    assert!(client.is_closed());
}

#[tokio::test]
async fn the_identification_string_is_the_policys() {
    let (_server, mut stream) = Server::start();
    let mut line = [0; 18];
    stream.read_exact(&mut line).await.expect("a line");
    assert_eq!(&line, b"SSH-2.0-Test_1.0\r\n");
}

#[tokio::test]
async fn nonsense_ends_a_connection_and_nothing_else() {
    let packets: [&[u8]; 5] = [
        b"\xff\xff\xff\xff",
        b"\0\0\0\x0c\xff",
        &[0; 64],
        &[0x41; 4_096],
        b"\0\0\0\x0c\x0a\x15\0\0\0\0\0\0\0\0\0\0",
    ];
    for packet in packets {
        for greeting in ["SSH-2.0-x\r\n", "SSH-1.5-x\r\n", "GET / HTTP/1.1\r\n\r\n"] {
            let (server, mut stream) = Server::start();
            stream.write_all(greeting.as_bytes()).await.expect("written");
            // It may be gone already.
            let _ = stream.write_all(packet).await;
            let _ = stream.shutdown().await;
            assert!(server.ended().await.is_empty());
        }
    }
}

#[tokio::test]
async fn a_server_that_stops_says_goodbye() {
    let (server, client) = logged_in().await;
    server.stop.now();
    assert_eq!(server.ended().await, ["ada right", "the session ended"]);
    assert!(client.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_does_not_wait_for_a_client_that_will_not_go() {
    let (server, mut stream) = Server::start();
    stream.write_all(b"SSH-2.0-x\r\n").await.expect("written");
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.stop.now();
    assert!(server.ended().await.is_empty());
}
