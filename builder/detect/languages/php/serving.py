"""Files that an image of PHP gets beside the project's own: settings of PHP, Apache and WordPress."""

SETTINGS = """\
; Settings of production; written by Sextant.
variables_order = EGPCS
expose_php = Off
display_errors = Off
log_errors = On
opcache.validate_timestamps = 0
session.save_path = /tmp
"""
"""``variables_order``: frameworks read ``$_ENV``, which PHP's own production file leaves empty."""

_SITE = """\
# Serves {folder}, on the port of the variable PORT; written by Sextant.
Listen ${{PORT}}
ServerName localhost
ServerTokens Prod
ServerSignature Off
DocumentRoot "{folder}"
DirectoryIndex index.php index.html
ErrorLog "|/bin/cat"
CustomLog "|/bin/cat" "%h %u %t \\"%r\\" %>s %b"

<Directory "{folder}">
    Options -Indexes +FollowSymLinks
    AllowOverride All
    Require all granted
{fallback}</Directory>

<DirectoryMatch "/\\.(git|svn|hg)">
    Require all denied
</DirectoryMatch>

<FilesMatch "^\\.(?!htaccess)|^(composer\\.(json|lock)|Dockerfile.*)$">
    Require all denied
</FilesMatch>
"""
"""``cat`` writes to the streams that Apache was given: to open them anew, they must be the user's own."""

WORDPRESS = """\
<?php
// Reads its values from variables; written by Sextant.
$names = ['DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_HOST', 'AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY',
    'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT'];
foreach ($names as $name) {
    define($name, (string) getenv('WORDPRESS_' . $name));
}
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('DISALLOW_FILE_MODS', true); // the image is read-only: plugins are part of the source
$table_prefix = getenv('WORDPRESS_TABLE_PREFIX') ?: 'wp_';
if (($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https') {
    $_SERVER['HTTPS'] = 'on';
}
if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
"""


def site(folder: str, *, fallback: bool) -> str:
    """Return Apache's configuration. ``fallback``: what is no file goes to the front controller."""
    return _SITE.format(folder=folder, fallback="    FallbackResource /index.php\n" if fallback else "")
