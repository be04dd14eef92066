"""What people say of assets: edited, suggested, written beside or into the files, merged with what others wrote."""
