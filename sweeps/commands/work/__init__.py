"""What the commands do, a file each; their options stand beside this folder."""
