for (const picture of document.images) picture.loading = "lazy";
