"""A small web application in which people sign in at any OpenID provider, with Flask and Authlib.

Reads ISSUER, CLIENT_ID and CLIENT_SECRET from the environment.
"""

import os
import secrets

from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, redirect, session, url_for
from markupsafe import escape

application = Flask(__name__)
application.secret_key = secrets.token_bytes(32)
application.config.update(SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_HTTPONLY=True)

provider = OAuth(application).register(
    "provider",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    # Authlib adds state and nonce by itself; PKCE it has to be told.
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


@application.get("/")
def home():
    person = session.get("person")
    if person is None:
        return '<h1>Reader</h1><a href="/sign-in">Sign in</a>'
    return f"<h1>{escape(person.get('name') or person['sub'])}</h1><p>{escape(person.get('email', ''))}</p>"


@application.get("/sign-in")
def sign_in():
    return provider.authorize_redirect(url_for("callback", _external=True))


@application.get("/callback")
def callback():
    try:
        tokens = provider.authorize_access_token()
    except OAuthError as error:
        return f"<p>That did not work: {escape(error.error)}</p>", 400
    # Authlib has checked the ID token: signature, issuer, audience, nonce, times.
    session["person"] = {**provider.userinfo(token=tokens), "sub": tokens["userinfo"]["sub"]}
    return redirect("/")
