print("fedrl")
