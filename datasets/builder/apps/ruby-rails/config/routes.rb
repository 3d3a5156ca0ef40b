Rails.application.routes.draw do
  get "up" => "rails/health#show"
  root "items#welcome"
  resources :items, only: %i[index create]
end
