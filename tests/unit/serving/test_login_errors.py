from tally.serving.errors import CassandraRefusedLogin


def test_a_refused_login_names_the_user_and_the_settings():
    assert str(CassandraRefusedLogin("db:9042", "ann")) == (
        "Cassandra at db:9042 refuses the login of user 'ann'\n"
        "hint: set TALLY_CASSANDRA_USERNAME and TALLY_CASSANDRA_PASSWORD"
    )


def test_a_login_that_was_not_given_is_asked_for():
    assert CassandraRefusedLogin("db:9042", None).message == (
        "Cassandra at db:9042 refuses a connection without user name"
    )
