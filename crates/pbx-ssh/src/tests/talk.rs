use super::*;
use crate::channel::LEFT_BEHIND_MAX;

async fn exec(client: &Client, command: &str) -> Heard {
    let mut channel = client.channel_open_session().await.expect("a channel");
    channel.exec(true, command).await.expect("sent");
    listen(&mut channel).await
}

#[tokio::test]
async fn a_command_has_its_output_and_status() {
    let (_server, client) = logged_in().await;
    assert_eq!(exec(&client, "exit 42").await, Heard { data: Vec::new(), status: Some(42), eof: true });
    assert_eq!(exec(&client, "say 3").await, Heard { data: b"xxx".to_vec(), status: Some(0), eof: true });
}

#[tokio::test]
async fn a_shell_has_a_terminal_where_it_asked_for_one() {
    let (server, client) = logged_in().await;
    let mut channel = client.channel_open_session().await.expect("a channel");
    channel.request_pty(true, "xterm", 132, 40, 0, 0, &[]).await.expect("sent");
    channel.request_shell(true).await.expect("sent");
    channel.window_change(u32::MAX, 50, 0, 0).await.expect("sent");
    channel.data_bytes(&b"hello q and no more"[..]).await.expect("sent");
    let heard = listen(&mut channel).await;
    assert_eq!((heard.data.as_slice(), heard.status), (b"hello q and no more".as_slice(), Some(3)));
    let mut plain = client.channel_open_session().await.expect("a channel");
    plain.request_shell(true).await.expect("sent");
    plain.eof().await.expect("sent");
    assert_eq!(listen(&mut plain).await.status, Some(9));
    assert_eq!(server.fake.noted()[1..], ["start Some(132)", "resize 65535", "start None"]);
}

#[tokio::test]
async fn nothing_is_forwarded_and_there_are_no_subsystems() {
    let (_server, client) = logged_in().await;
    assert!(client.channel_open_direct_tcpip("127.0.0.1", 1, "127.0.0.1", 1).await.is_err());
    assert!(client.channel_open_direct_streamlocal("/tmp/x").await.is_err());
    assert!(client.tcpip_forward("127.0.0.1", 0).await.is_err());
    let mut channel = client.channel_open_session().await.expect("a channel");
    channel.request_subsystem(true, "sftp").await.expect("sent");
    assert!(matches!(channel.wait().await, Some(ChannelMsg::Failure)));
    channel.agent_forward(true).await.expect("sent");
    assert!(matches!(channel.wait().await, Some(ChannelMsg::Failure)));
    channel.set_env(true, "LANG", "C").await.expect("sent");
    assert!(matches!(channel.wait().await, Some(ChannelMsg::Failure)));
}

#[tokio::test]
async fn a_channel_does_one_thing() {
    let (_server, client) = logged_in().await;
    let mut channel = client.channel_open_session().await.expect("a channel");
    channel.request_shell(true).await.expect("sent");
    assert!(matches!(channel.wait().await, Some(ChannelMsg::Success)));
    channel.exec(true, "exit 1").await.expect("sent");
    assert!(matches!(channel.wait().await, Some(ChannelMsg::Failure)));
}

#[tokio::test]
async fn there_are_so_many_channels_at_once_and_no_more() {
    let (_server, client) = logged_in().await;
    let mut held = Vec::new();
    for _ in 0..32 {
        held.push(client.channel_open_session().await.expect("a channel"));
    }
    assert!(client.channel_open_session().await.is_err());
    held.pop().expect("one").close().await.expect("sent");
    assert!(client.channel_open_session().await.is_ok());
}

#[tokio::test]
async fn output_larger_than_any_window_arrives_whole() {
    let (_server, client) = logged_in().await;
    let heard = exec(&client, "say 10000000").await;
    assert_eq!((heard.data.len(), heard.status), (10_000_000, Some(0)));
}

#[tokio::test]
async fn ten_megabytes_are_echoed_while_they_are_typed() {
    let (_server, client) = logged_in().await;
    let channel = client.channel_open_session().await.expect("a channel");
    channel.request_shell(true).await.expect("sent");
    let (mut reader, writer) = channel.split();
    let typing = tokio::spawn(async move {
        for _ in 0..2_500 {
            writer.data_bytes("0123456789abcde\n".repeat(256)).await.expect("sent");
        }
        writer.eof().await.expect("sent");
    });
    let mut heard = 0;
    while let Some(message) = reader.wait().await {
        if let ChannelMsg::Data { data } = message {
            heard += data.len();
        }
    }
    typing.await.expect("no panic");
    assert_eq!(heard, 2_500 * 4_096);
}

#[tokio::test]
async fn a_client_that_goes_away_in_the_middle_ends_its_session() {
    let (server, client) = logged_in().await;
    let channel = client.channel_open_session().await.expect("a channel");
    // Nobody reads it, so that the channel waits for room to write.
    channel.exec(true, "say 100000000").await.expect("sent");
    drop((channel, client));
    assert_eq!(server.ended().await, ["ada right", "the session ended"]);
}

#[tokio::test]
async fn a_client_that_closes_first_may_open_as_many_channels_as_it_likes() {
    let (_server, client) = logged_in().await;
    for _ in 0..=LEFT_BEHIND_MAX {
        let mut channel = client.channel_open_session().await.expect("a channel");
        channel.exec(false, "exit 0").await.expect("sent");
        while !matches!(channel.wait().await.expect("more to come"), ChannelMsg::Eof) {}
        // russh's client has its server's fault, mirrored: it would wait for the answer to this for ever.
        channel.close().await.expect("sent");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_closing_to_us_must_connect_again_at_last() {
    let (_server, client) = logged_in().await;
    for _ in 0..LEFT_BEHIND_MAX {
        assert_eq!(exec(&client, "exit 0").await.status, Some(0));
    }
    assert!(client.channel_open_session().await.is_err());
}
